/**
 * Scales a vector to length 1 in place.
 *
 * @returns false, with the vector untouched, when it has no direction (all zero, or not finite)
 */
export function normalise(vector: Float32Array): boolean {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const length = Math.sqrt(sum);
  if (!(length > 1e-12) || !Number.isFinite(length)) return false;
  for (let i = 0; i < vector.length; i++) vector[i] /= length;
  return true;
}

/** Cosine similarity of two vectors of length 1 and equal dimension, -1..1. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  for (let i = 0; i < a.length; i++) dot += a[i] * b[i];
  return Math.min(1, Math.max(-1, dot));
}
