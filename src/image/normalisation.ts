/** What a network wants to see: (value - mean) / std a channel, value 0..255; channel order RGB or BGR. */
export interface Normalisation {
  order: 'rgb' | 'bgr';
  /** Of R, G, B, whatever the order. */
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
}

/** One array of numbers a colour. */
export interface Channels {
  r: Float32Array;
  g: Float32Array;
  b: Float32Array;
}

/** Room below 0 in {@link normTables}: conversions from YUV overshoot 0..255 by up to about 300 either way. */
export const NORM_OFFSET = 320;
const NORM_LENGTH = NORM_OFFSET + 256 + 320;

/** Tables that clamp to 0..255 and normalise in one look-up: `r[value + NORM_OFFSET]`. */
export function normTables({ mean, std }: Normalisation): Channels {
  const table = (channel: 0 | 1 | 2) =>
    Float32Array.from({ length: NORM_LENGTH }, (_, index) => {
      const value = Math.min(255, Math.max(0, index - NORM_OFFSET));
      return (value - mean[channel]) / std[channel];
    });
  return { r: table(0), g: table(1), b: table(2) };
}

/** Views of the red, green and blue planes in a planar tensor [3, area], wherever the order puts them. */
export function channelPlanes(tensor: Float32Array, area: number, order: Normalisation['order']): Channels {
  const first = tensor.subarray(0, area);
  const last = tensor.subarray(2 * area, 3 * area);
  return {
    r: order === 'rgb' ? first : last,
    g: tensor.subarray(area, 2 * area),
    b: order === 'rgb' ? last : first,
  };
}
