import { describe, expect, it } from 'vitest';
import { cosine, normalise } from '../../src/face/embedding.js';
import { nearestTwo } from '../../src/face/match.js';
import { randomNumbers } from '../helpers/random.js';

describe('nearestTwo', () => {
  it('finds the person with the best photo, and the best other person', () => {
    const similarities = Float32Array.from([0.1, 0.8, 0.7, 0.3, 0.75]);
    const personOf = Int32Array.from([0, 0, 1, 2, 0]);
    const { person, runnerUp, similarity, runnerUpSimilarity } = nearestTwo(similarities, personOf);
    expect([person, runnerUp]).toEqual([0, 1]);
    expect(similarity).toBeCloseTo(0.8);
    expect(runnerUpSimilarity).toBeCloseTo(0.7);
  });

  it('agrees with an exhaustive search on random galleries', () => {
    const random = randomNumbers();
    for (let round = 0; round < 200; round++) {
      const photos = 1 + Math.floor(random() * 30);
      const similarities = Float32Array.from({ length: photos }, () => random() * 2 - 1);
      const personOf = Int32Array.from({ length: photos }, () => Math.floor(random() * 6));
      const best = new Map<number, number>();
      for (const [photo, value] of similarities.entries()) {
        best.set(personOf[photo], Math.max(best.get(personOf[photo]) ?? -2, value));
      }
      const [first, second] = [...best].sort((a, b) => b[1] - a[1]);
      const found = nearestTwo(similarities, personOf);
      expect([found.person, found.similarity]).toEqual(first);
      expect(found.runnerUp).toBe(second?.[0] ?? -1);
      expect(found.runnerUpSimilarity).toBe(second?.[1] ?? Number.NEGATIVE_INFINITY);
    }
  });

  it('finds nobody in an empty gallery', () => {
    expect(nearestTwo(new Float32Array(0), new Int32Array(0))).toMatchObject({ person: -1, runnerUp: -1 });
  });
});

describe('normalise and cosine', () => {
  it('scale to length 1, and leave a vector without direction unchanged', () => {
    const vector = Float32Array.from([3, 4]);
    expect(normalise(vector)).toBe(true);
    expect(cosine(vector, vector)).toBeCloseTo(1);
    const zero = Float32Array.from([0, 0]);
    expect(normalise(zero)).toBe(false);
    expect(normalise(Float32Array.from([Number.NaN, 1]))).toBe(false);
    expect([...zero]).toEqual([0, 0]);
  });

  it('give 1, 0 and -1 for the same, a perpendicular and the opposite direction', () => {
    const east = Float32Array.from([1, 0]);
    expect(cosine(east, Float32Array.from([0, 1]))).toBe(0);
    expect(cosine(east, Float32Array.from([-1, 0]))).toBe(-1);
  });
});
