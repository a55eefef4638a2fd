/** Clockwise, in degrees. */
export type Rotation = 0 | 90 | 180 | 270;

/** ffmpeg filters that rotate the picture clockwise. */
export const TURNS: Readonly<Record<Rotation, readonly string[]>> = {
  0: [],
  90: ['transpose=clock'],
  180: ['hflip', 'vflip'],
  270: ['transpose=cclock'],
};
