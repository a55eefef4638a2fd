import { describe, expect, it } from 'vitest';
import { independentOf } from '../../src/calibration/independent.js';
import { intervalOf, trialsFor } from '../../src/calibration/interval.js';

describe('intervalOf', () => {
  // Exact values: 1 - 0.025^(1/60), and tables of Clopper and Pearson.
  it.each([
    { hits: 0, trials: 60, low: 0, high: 0.0596 },
    { hits: 1, trials: 10, low: 0.0025, high: 0.445 },
    { hits: 5, trials: 10, low: 0.1871, high: 0.8129 },
    { hits: 10, trials: 10, low: 0.6915, high: 1 },
    { hits: 3, trials: 500, low: 0.0012, high: 0.0174 },
  ])('bounds $hits of $trials', ({ hits, trials, low, high }) => {
    const interval = intervalOf(hits, trials);
    expect(interval.low).toBeCloseTo(low, 3);
    expect(interval.high).toBeCloseTo(high, 3);
  });

  it('says nothing without trials, and is wider where they are worth fewer', () => {
    expect(intervalOf(0, 0)).toEqual({ low: 0, high: 1 });
    expect(intervalOf(0.5, 7.5).high).toBeGreaterThan(intervalOf(1, 15).high);
  });
});

describe('trialsFor', () => {
  it('is the least number whose bound without a hit is below the share', () => {
    const enough = trialsFor(0.002);
    expect(intervalOf(0, enough).high).toBeLessThanOrEqual(0.002);
    expect(intervalOf(0, enough - 1).high).toBeGreaterThan(0.002);
  });
});

describe('independentOf', () => {
  it('is the number of values of one each, and of values that do not depend on their group', () => {
    expect(independentOf([], [])).toBe(0);
    expect(independentOf([0.1, 0.2, 0.3], ['a', 'b', 'c'])).toBe(3);
    expect(independentOf([0, 1, 0, 1, 0, 1], ['a', 'a', 'b', 'b', 'c', 'c'])).toBe(6);
  });

  it('is the number of groups where all values of a group are the same, and 1 for one group', () => {
    expect(independentOf([1, 1, 1, 2, 2, 2], ['a', 'a', 'a', 'b', 'b', 'b'])).toBeCloseTo(2);
    expect(independentOf([1, 2, 3, 4], ['a', 'a', 'a', 'a'])).toBe(1);
  });

  it('lies in between where values of a group resemble each other', () => {
    const worth = independentOf([1, 1.2, 1.1, 2, 1.4, 1.8, 3, 2.4, 2.6], [...'aaabbbccc']);
    expect(worth).toBeGreaterThan(3);
    expect(worth).toBeLessThan(6);
  });
});
