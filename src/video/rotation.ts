/** Every {@link Rotation}. */
export const ROTATIONS = [0, 90, 180, 270] as const;

/** Clockwise, in degrees. */
export type Rotation = (typeof ROTATIONS)[number];

/** ffmpeg filters that rotate the picture clockwise. */
export const TURNS: Readonly<Record<Rotation, readonly string[]>> = {
  0: [],
  90: ['transpose=clock'],
  180: ['hflip', 'vflip'],
  270: ['transpose=cclock'],
};
