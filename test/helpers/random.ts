import { normalise } from '../../src/face/embedding.js';

export { randomNumbers } from '../../bench/random.js';

/** A vector of length 1 in any direction. */
export function randomUnit(dimension: number, random: () => number): Float32Array {
  const vector = Float32Array.from({ length: dimension }, () => random() - 0.5);
  normalise(vector);
  return vector;
}
