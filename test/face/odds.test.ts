import { describe, expect, it } from 'vitest';
import {
  type Comparison,
  canTellApart,
  knownOdds,
  lnDifferent,
  lookClass,
  nameThreshold,
  type Odds,
  rivalOdds,
  type SimilarityCurves,
  strangerShare,
  weighedSimilarity,
  wrongOdds,
} from '../../src/face/odds.js';
import { good } from '../helpers/film.js';

const curves: SimilarityCurves = {
  different: [-1.2, -2, -45],
  shift: 0.015,
  distinctFrom: 0.085,
  same: { frontal: [0.67, 0.115], turned: [0.6, 0.13], poor: [0.6, 0.13] },
};
const odds = (compared: number): Odds => ({ curves, compared, falseNames: 0.001, prior: 0.5 });
const one = (similarity: number, runnerUp: number | null = null): Comparison => ({
  similarity,
  runnerUp,
  sharpness: 0.2,
});

describe('lnDifferent', () => {
  it('falls as the similarity rises, and never says that anything is more than certain', () => {
    const values = [-1, -0.2, 0, 0.1, 0.2, 0.4, 0.6, 1].map((s) => lnDifferent(s, curves));
    expect(values.every((value) => value <= 0)).toBe(true);
    expect(values).toEqual(values.toSorted((a, b) => b - a));
  });
});

describe('canTellApart', () => {
  it('accepts a measured curve', () => {
    expect(canTellApart(curves.different)).toBe(true);
  });

  it.each([
    ['never falls below certainty', [100, 0, -1]],
    ['is flat', [0, 0, -1e-5]],
    ['rises up to equality', [-100, 40, -15]],
    ['says that nobody resembles anybody at all', [-50, 0, -1]],
    ['is beyond all numbers', [1e308, 1e308, -1e308]],
  ] as const)('refuses one that %s', (_, different) => {
    expect(canTellApart(different)).toBe(false);
  });
});

describe('nameThreshold', () => {
  it.each([1e-3, 1e-15, 1e-100])('is the same for a straight curve as for one bent by %s', (bend) => {
    const straight = { ...odds(10), curves: { ...curves, different: [0, -20, -bend] as const } };
    expect(nameThreshold(straight)).toBeCloseTo(Math.log(10_000) / 20, 3);
  });

  it('stays a similarity where no similarity is rare enough', () => {
    const weak = { ...curves, different: [0, -4, -4] as const };
    const strict = { curves: weak, compared: 100_000, falseNames: 1e-6, prior: 0.01 };
    expect(nameThreshold(strict)).toBe(1);
    expect(weighedSimilarity(one(1, 0), strict)).toBe(1);
    expect(weighedSimilarity(one(-1, -1), strict)).toBeGreaterThanOrEqual(-1);
  });

  it.each([1, 10, 1000, 100_000])(
    'lets the accepted share of strangers through among %i photos',
    (compared) => {
      expect(wrongOdds(nameThreshold(odds(compared)), odds(compared))).toBeCloseTo(0.001, 5);
    },
  );

  it('is higher the more photos a face is compared with', () => {
    const thresholds = [1, 10, 100, 1000].map((compared) => nameThreshold(odds(compared)));
    expect(thresholds).toEqual(thresholds.toSorted((a, b) => a - b));
    expect(new Set(thresholds).size).toBe(4);
  });

  it('is higher where fewer of the passers-by are known', () => {
    expect(nameThreshold({ ...odds(10), prior: 0.1 })).toBeGreaterThan(nameThreshold(odds(10)));
  });
});

describe('weighedSimilarity', () => {
  it('leaves a single look as it is when nobody else is in the gallery', () => {
    expect(weighedSimilarity(one(0.5), odds(1))).toBe(0.5);
  });

  it('gives less to a face that resembles somebody else as much as only a look-alike of many does', () => {
    const [few, many] = [0.3, 0.45].map((runnerUp) => weighedSimilarity(one(0.5, runnerUp), odds(1000)));
    expect(many).toBeLessThan(few);
    expect(many).toBeGreaterThan(0.4);
  });

  it('gives less to blurred looks, which are alike', () => {
    const at = (sharpness: number | null) => weighedSimilarity({ ...one(0.5), sharpness }, odds(10));
    expect(at(0.09)).toBe(at(null));
    expect(at(0.05)).toBeLessThan(0.9 * at(0.09));
  });

  it('gives blurred looks what an embedder gives that tells them apart', () => {
    const at = (distinctFrom: number) =>
      weighedSimilarity(
        { ...one(0.5), sharpness: 0.05 },
        { ...odds(10), curves: { ...curves, distinctFrom } },
      );
    expect(at(0)).toBe(weighedSimilarity(one(0.5), odds(10)));
    expect(at(0.05)).toBe(at(0));
    expect(at(0.06)).toBeLessThan(at(0));
    expect(at(0.085)).toBeLessThan(at(0.06));
  });
});

describe('strangerShare', () => {
  it('grows with the gallery up to everybody', () => {
    expect(strangerShare(0.35, odds(10))).toBeCloseTo(10 * strangerShare(0.35, odds(1)), 2);
    expect(strangerShare(0, odds(1_000_000))).toBeCloseTo(1);
    expect(strangerShare(0.95, odds(2)) / strangerShare(0.95, odds(1))).toBeCloseTo(2);
  });
});

describe('rivalOdds', () => {
  it('is 0 without a runner-up, near 1 for an equal one, and small for one that lags behind', () => {
    expect(rivalOdds(one(0.6), odds(10), 'frontal')).toBe(0);
    expect(rivalOdds(one(0.6, 0.6), odds(10), 'frontal')).toBe(1);
    expect(rivalOdds(one(0.6, 0.45), odds(10), 'frontal')).toBeLessThan(0.01);
  });
});

describe('knownOdds', () => {
  it('falls with the similarity, and with the size of the gallery, in which somebody resembles every stranger', () => {
    const at = (similarity: number, compared: number) => knownOdds(similarity, odds(compared), 'frontal');
    expect(at(0.5, 10)).toBeGreaterThan(10);
    expect(at(0.15, 10)).toBeLessThan(0.1);
    expect(at(0.4, 1000)).toBeLessThan(0.2 * at(0.4, 10));
  });
});

describe('lookClass', () => {
  it.each([
    [{}, 'frontal'],
    [{ yawDeg: -50 }, 'turned'],
    [{ pitchDeg: 40 }, 'turned'],
    [{ visibility: 0.7 }, 'turned'],
    [{ sizePx: 40 }, 'poor'],
    [{ sharpness: 0.05 }, 'poor'],
    [{ sizePx: 40, yawDeg: 60 }, 'turned'],
  ] as const)('of %j is %s', (quality, expected) => {
    expect(lookClass({ ...good, ...quality })).toBe(expected);
  });
});
