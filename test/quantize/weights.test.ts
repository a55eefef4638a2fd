import { describe, expect, it } from 'vitest';
import { quantizeWeights } from '../../src/quantize/weights.js';

const weights = { data: Float32Array.of(1, -2, 0.1, 0.05), dims: [2, 2, 1, 1] };
const options = { axis: 0, inputScale: 0.5, reduceRange: false };

describe('quantizeWeights', () => {
  it('uses the whole range of every output channel', () => {
    const { data, scales } = quantizeWeights(weights, null, options);
    expect([...data]).toEqual([64, -127, 127, 64]);
    expect(scales[0]).toBeCloseTo(2 / 127);
    expect(scales[1]).toBeCloseTo(0.1 / 127);
  });

  it('knows output channels in the second dimension, as in MatMul', () => {
    expect([...quantizeWeights({ ...weights, dims: [2, 2] }, null, { ...options, axis: 1 }).data]).toEqual([
      127, -127, 13, 3,
    ]);
  });

  it('keeps the sum of two products within 16 bits where that is needed', () => {
    const { data } = quantizeWeights(weights, null, { ...options, reduceRange: true });
    expect(2 * 255 * Math.max(...data.map(Math.abs))).toBeLessThan(2 ** 15);
  });

  it('writes the bias in units of input and weights, also where the weights are almost 0', () => {
    const bias = Float32Array.of(3, -1);
    const tiny = { ...weights, data: Float32Array.of(1, -2, 1e-12, 0) };
    const { bias: whole, scales } = quantizeWeights(tiny, bias, options);
    expect((whole?.[0] ?? 0) * scales[0] * 0.5).toBeCloseTo(3);
    expect((whole?.[1] ?? 0) * scales[1] * 0.5).toBeCloseTo(-1);
  });
});
