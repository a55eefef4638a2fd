import { describe, expect, it } from 'vitest';
import {
  bestThreshold,
  type ComparedPair,
  compareAll,
  foldAccuracy,
  ratesAtFar,
  similarityOf,
  verify,
} from '../../bench/verification.js';

const NO_FACE = Number.NEGATIVE_INFINITY;
const same = (similarity: number): ComparedPair => ({ same: true, similarity });
const different = (similarity: number): ComparedPair => ({ same: false, similarity });
const unit = (x: number, y: number) => Float32Array.of(x, y);

describe('ratesAtFar', () => {
  it('accepts as many different people as the rate allows, whatever their order', () => {
    // 0, 1/128, ... 99/128
    const impostors = Float32Array.from({ length: 100 }, (_, index) => ((index * 37) % 100) / 128);
    const similarities = { same: Float32Array.of(0.5, 98 / 128, 98.5 / 128, 0.9), different: impostors };
    expect(ratesAtFar(similarities, [0.01, 0.5])).toEqual([
      { far: 0.01, tpr: 0.5, above: 98 / 128 },
      { far: 0.5, tpr: 1, above: 49 / 128 },
    ]);
  });

  it('gives no rate when not even one false accept is allowed, or without pairs of one person', () => {
    const none = { far: 0.01, tpr: null, above: null };
    expect(ratesAtFar({ same: Float32Array.of(1), different: new Float32Array(99) }, [0.01])).toEqual([none]);
    expect(ratesAtFar({ same: new Float32Array(0), different: new Float32Array(500) }, [0.01])).toEqual([
      none,
    ]);
  });

  it('allows a whole number of false accepts where the product is a rounding error below it', () => {
    const impostors = Float32Array.from({ length: 2900 }, (_, index) => index);
    expect(ratesAtFar({ same: Float32Array.of(5000), different: impostors }, [0.01])).toEqual([
      { far: 0.01, tpr: 1, above: 2900 - 30 },
    ]);
  });

  it('never accepts a pair whose face was not found', () => {
    const similarities = {
      same: Float32Array.of(NO_FACE, 0.1),
      different: new Float32Array(100).fill(NO_FACE),
    };
    expect(ratesAtFar(similarities, [0.01])).toEqual([{ far: 0.01, tpr: 0.5, above: null }]);
  });
});

describe('bestThreshold', () => {
  it('lies in the middle between the similarities that it separates', () => {
    expect(bestThreshold([different(0.25), same(0.75), same(1), different(0)])).toBe(0.5);
  });

  it('does not separate equal similarities', () => {
    expect(bestThreshold([same(1), same(0.5), different(0.5), different(0.5), different(0)])).toBe(0.75);
  });

  it('accepts nothing when every acceptance costs more than it gains', () => {
    expect(bestThreshold([different(0.9), same(NO_FACE)])).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('foldAccuracy', () => {
  it('judges each fold with the threshold of the others', () => {
    // The first fold is best at 0.5, the second at 0.125: with the threshold of the other, each has half of its pairs right.
    const first = [same(0.75), same(1), different(0.25), different(0.25)];
    const second = [same(0.25), same(0.25), different(0), same(0.75)];
    expect(foldAccuracy([first, second])).toEqual({ mean: 0.5, standardError: 0 });
  });

  it('gives mean and standard error over the folds', () => {
    const good = [same(1), different(0)];
    const bad = [same(0), different(0)];
    // At 0.5, or at 1 for the bad one, the folds have 1, 1, 1 and 0.5 right.
    const result = foldAccuracy([good, good, good, bad]);
    expect(result?.mean).toBeCloseTo(0.875);
    expect(result?.standardError).toBeCloseTo(0.125);
  });

  it('needs at least two folds with pairs', () => {
    expect(foldAccuracy([[same(1)]])).toBeNull();
    expect(foldAccuracy([[same(1)], []])).toBeNull();
  });
});

describe('compareAll', () => {
  it('compares every photo with every other one, split by person', async () => {
    const { signal } = new AbortController();
    const faces = [
      { person: 'alice', embedding: unit(1, 0) },
      { person: 'bob', embedding: unit(0, 1) },
      { person: 'alice', embedding: unit(0, 1) },
      { person: 'bob', embedding: null },
    ];
    const similarities = await compareAll(faces, signal);
    expect([...similarities.same]).toEqual([0, NO_FACE]);
    expect([...similarities.different]).toEqual([0, NO_FACE, 1, NO_FACE]);
  });

  it('refuses more photos than it has memory for, and ends when interrupted', async () => {
    const { signal } = new AbortController();
    const many = Array.from({ length: 6001 }, () => ({ person: 'alice', embedding: null }));
    await expect(compareAll(many, signal)).rejects.toMatchObject({ code: 'usage' });
    const few = many.slice(0, 2);
    await expect(compareAll(few, AbortSignal.abort())).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('verify', () => {
  it('counts pairs from the threshold on', () => {
    const similarities = { same: Float32Array.of(0.5, 0.75, NO_FACE), different: Float32Array.of(0.25, 0.5) };
    expect(verify(similarities, 0.5, null)).toMatchObject({
      same: { pairs: 3, accepted: 2 },
      different: { pairs: 2, accepted: 1 },
      folds: null,
    });
  });
});

describe('similarityOf', () => {
  it('is the cosine, and lower than any other without a face', () => {
    expect(similarityOf(unit(1, 0), unit(-1, 0))).toBe(-1);
    expect(similarityOf(unit(1, 0), null)).toBe(NO_FACE);
  });
});
