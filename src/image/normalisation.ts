/** How a network expects its input: (value - mean) / std per channel, value 0..255. */
export interface Normalisation {
  /** Order of the channels in the tensor. */
  order: 'rgb' | 'bgr';
  /** Of R, G, B, whatever the order. */
  mean: readonly [number, number, number];
  /** Of R, G, B, whatever the order. */
  std: readonly [number, number, number];
}

/** One array per colour channel. */
export interface Channels {
  r: Float32Array;
  g: Float32Array;
  b: Float32Array;
}

/** Index of value 0 in {@link normTables}: conversions from YUV overshoot 0..255 by up to about 300 on either side. */
export const NORM_OFFSET = 320;
const NORM_LENGTH = NORM_OFFSET + 256 + 320;

/** Look-up tables that clamp to 0..255 and normalise: `r[value + NORM_OFFSET]`. */
export function normTables({ mean, std }: Normalisation): Channels {
  const table = (channel: 0 | 1 | 2) =>
    Float32Array.from({ length: NORM_LENGTH }, (_, index) => {
      const value = Math.min(255, Math.max(0, index - NORM_OFFSET));
      return (value - mean[channel]) / std[channel];
    });
  return { r: table(0), g: table(1), b: table(2) };
}

/** Views of the red, green and blue planes in a planar tensor [3, area] of the given channel order. */
export function channelPlanes(tensor: Float32Array, area: number, order: Normalisation['order']): Channels {
  const first = tensor.subarray(0, area);
  const last = tensor.subarray(2 * area, 3 * area);
  return {
    r: order === 'rgb' ? first : last,
    g: tensor.subarray(area, 2 * area),
    b: order === 'rgb' ? last : first,
  };
}
