import { describe, expect, it } from 'vitest';
import { Backoff } from '../../src/core/backoff.js';

const options = { firstMs: 1000, maxMs: 30_000, healthyMs: 30_000 };

describe('Backoff', () => {
  it('doubles up to the limit', () => {
    const backoff = new Backoff(options, () => 0);
    expect(Array.from({ length: 7 }, () => backoff.next(0))).toEqual([
      1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
    ]);
  });

  it('starts over only after an attempt that worked long enough', () => {
    const backoff = new Backoff(options, () => 0);
    backoff.next(0);
    backoff.next(0);
    expect(backoff.next(29_999)).toBe(4000);
    expect(backoff.next(30_000)).toBe(1000);
  });

  it('shortens the delay at random, by a fifth at most', () => {
    expect(new Backoff(options, () => 1).next(0)).toBe(800);
  });
});
