import { describe, expect, it } from 'vitest';
import { byteScale, ValueHistogram } from '../../src/quantize/ranges.js';
import { randomNumbers } from '../helpers/random.js';

describe('byteScale', () => {
  it('covers the range and has 0 as one of its values', () => {
    expect(byteScale(0, 2.55)).toEqual({ scale: Math.fround(0.01), zero: 0 });
    const { scale, zero } = byteScale(-1, 3);
    expect(-zero * scale).toBeCloseTo(-1, 1);
    expect((255 - zero) * scale).toBeCloseTo(3, 1);
  });

  it('begins at 0 for a range beside it, and takes any scale for one of no width', () => {
    expect(byteScale(2, 2.55)).toEqual(byteScale(0, 2.55));
    expect(byteScale(0, 0)).toEqual({ scale: 1, zero: 0 });
  });
});

describe('ValueHistogram', () => {
  const next = randomNumbers(3);
  const uniform = Float32Array.from({ length: 200_000 }, () => next());

  it('keeps the whole range of evenly spread values', () => {
    const histogram = new ValueHistogram();
    histogram.add(uniform);
    expect(histogram.bestScale().scale * 255).toBeGreaterThan(0.97);
    expect(histogram.bestScale().zero).toBe(0);
  });

  it('cuts off a rare value far beyond all others', () => {
    const histogram = new ValueHistogram();
    histogram.add(uniform);
    histogram.add(Float32Array.of(5));
    expect(histogram.limits).toEqual([0, 5]);
    const { scale } = histogram.bestScale();
    expect(scale * 255).toBeGreaterThan(0.9);
    expect(scale * 255).toBeLessThan(4.5);
  });

  it('takes small values first and large ones later as in any other order', () => {
    const [first, second] = [new ValueHistogram(), new ValueHistogram()];
    const parts = [uniform.map((value) => value / 1000), uniform.map((value) => -3 * value)];
    for (const part of parts) first.add(part);
    for (const part of parts.reverse()) second.add(part);
    expect(first.bestScale()).toEqual(second.bestScale());
  });

  it('refuses infinite values', () => {
    expect(() => new ValueHistogram().add(Float32Array.of(1, Infinity))).toThrow(RangeError);
  });
});
