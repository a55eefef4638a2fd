import { describe, expect, it } from 'vitest';
import { normalNumbers, randomNumbers } from '../../bench/random.js';
import { fitDifferent, fitSame, shiftOf } from '../../bench/similarityCurves.js';
import { lnDifferent, type SimilarityCurves } from '../../src/face/odds.js';

const uniform = randomNumbers(7);
const normal = normalNumbers(uniform);
const SIGMA = 0.1;
const curvesOf = (different: SimilarityCurves['different']): SimilarityCurves => ({
  different,
  shift: 0,
  distinctFrom: 0,
  same: { frontal: [0.6, 0.1], turned: [0.6, 0.1], poor: [0.6, 0.1] },
});
const some = (count: number, value: () => number) => Array.from({ length: count }, value);

describe('fitDifferent', () => {
  it('predicts the tail of a normal distribution within a factor of 2.5, also beyond the pairs', () => {
    const curves = curvesOf(fitDifferent(Float32Array.from(some(200_000, () => SIGMA * normal()))));
    // Upper tail of the normal distribution at 2, 3, 4 and 4.5 standard deviations.
    for (const [deviations, share] of [
      [2, 0.02275],
      [3, 0.00135],
      [4, 3.17e-5],
      [4.5, 3.4e-6],
    ]) {
      const factor = Math.exp(lnDifferent(deviations * SIGMA, curves)) / share;
      expect(factor).toBeGreaterThan(1 / 2.5);
      expect(factor).toBeLessThan(2.5);
    }
  });

  it('states in one sentence that there are too few pairs', () => {
    expect(() => fitDifferent(new Float32Array(4950))).toThrow(
      /^the photos give 4950 pairs of different people, of at least 10000; give photos of more people/,
    );
  });

  it('refuses similarities that are no rarer the larger they are', () => {
    expect(() => fitDifferent(new Float32Array(20_000).fill(0.5))).toThrow(/become no rarer/);
  });
});

describe('fitSame', () => {
  const frontal = some(400, () => 0.65 + 0.1 * normal());
  const poor = some(400, () => 0.5 + 0.15 * normal());

  it('finds median and deviation in spite of photos that show somebody else', () => {
    const same = fitSame({ frontal: [...frontal, ...some(20, () => 0)], turned: poor, poor });
    expect(same.frontal[0]).toBeCloseTo(0.65, 1);
    expect(Math.abs(same.frontal[1] - 0.1)).toBeLessThan(0.02);
    expect(Math.abs(same.poor[1] - 0.15)).toBeLessThan(0.02);
  });

  it('takes poor looks for turned ones where those are few', () => {
    const { turned, poor: worst } = fitSame({ frontal, turned: frontal.slice(0, 19), poor });
    expect(turned).toEqual(worst);
  });

  it('states in one sentence which looks are too few', () => {
    expect(() => fitSame({ frontal: frontal.slice(0, 3), turned: [], poor })).toThrow(
      /^3 looks are frontal, of at least 20; give more people a second photo/,
    );
  });
});

describe('shiftOf', () => {
  it.each([0, 0.02, 0.05])('finds a shift of %s, whatever the similarities are beside', (shift) => {
    const faces = some(600, () => shift * normal()).map((own) =>
      Float32Array.from(some(80, () => own + SIGMA * normal())),
    );
    expect(Math.abs(shiftOf(faces) - shift)).toBeLessThan(0.012);
  });

  it('passes over the own person', () => {
    const faces = some(200, () => 0).map((_, own) =>
      Float32Array.from(
        some(80, () => SIGMA * normal()).map((s, person) => (person === own ? Number.NaN : s)),
      ),
    );
    expect(shiftOf(faces)).toBeLessThan(0.015);
  });

  it('states in one sentence that there are too few people', () => {
    expect(() => shiftOf([new Float32Array(12)])).toThrow(/^12 people have a usable photo, of at least 40/);
  });
});
