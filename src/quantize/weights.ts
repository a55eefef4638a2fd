import type { Tensor } from './onnxFile.js';

/** Weights in whole numbers, with a scale per output channel. */
export interface ByteWeights {
  /** In the order of the float weights. */
  data: Int8Array;
  /** Per output channel. */
  scales: Float32Array;
  /** Per output channel, in units of the input's scale times the weights'; null without a bias. */
  bias: Int32Array | null;
}

/** Largest number of a weight. */
const FULL = 127;
/**
 * Without VNNI, x86 adds two products of a byte and a weight in 16 bits, which overflow beyond this: 2 * 255 * 64 < 32,768.
 */
const REDUCED = 64;
const MAX_BIAS = 2 ** 30;

/** How weights are turned into whole numbers. */
export interface WeightOptions {
  /** Dimension of the output channels. */
  axis: number;
  /** Scale of the layer's input. */
  inputScale: number;
  reduceRange: boolean;
}

/** Quantizes the weights of a layer, symmetric around 0. */
export function quantizeWeights(
  { data, dims }: Tensor,
  bias: Float32Array | null,
  { axis, inputScale, reduceRange }: WeightOptions,
): ByteWeights {
  const channels = dims[axis];
  const inner = dims.slice(axis + 1).reduce((product, size) => product * size, 1);
  const channelOf = (index: number) => Math.floor(index / inner) % channels;
  const most = reduceRange ? REDUCED : FULL;
  const largest = new Float32Array(channels);
  for (const [index, value] of data.entries()) {
    const channel = channelOf(index);
    largest[channel] = Math.max(largest[channel], Math.abs(value));
  }
  const scales = largest.map((value, channel) => {
    // A channel with weights near 0 and a bias: its scale grows until the bias fits into 32 bits.
    const forBias = bias ? Math.abs(bias[channel]) / (MAX_BIAS * inputScale) : 0;
    return Math.max(value / most, forBias) || 1;
  });
  return {
    data: Int8Array.from(data, (value, index) => Math.round(value / scales[channelOf(index)])),
    scales,
    bias:
      bias && Int32Array.from(bias, (value, channel) => Math.round(value / (inputScale * scales[channel]))),
  };
}
