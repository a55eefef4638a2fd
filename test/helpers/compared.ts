import { normalise } from '../../src/face/embedding.js';
import type { ComparedPhoto } from '../../src/gallery/comparison.js';
import { good as quality } from './film.js';

/** Values of an embedding: enough for an axis of its own for every photo of all tests that share a process. */
const VALUES = 2000;

let photos = 0;

/** A photo in use whose embedding points in a direction, except for a tenth of it, which is like that of no other photo. */
export function photo(name: string, direction: number[], sha256: string | null = name): ComparedPhoto {
  return copy(name, direction, 10 + photos++, sha256);
}

/** The same with that tenth in common with another photo. @param own its axis, from 10 */
export function copy(
  name: string,
  direction: number[],
  own: number,
  sha256: string | null = name,
): ComparedPhoto {
  const shared = Float32Array.from(direction);
  normalise(shared);
  if (own >= VALUES) throw new Error(`no axis ${own} in an embedding of ${VALUES} values`);
  const embedding = new Float32Array(VALUES);
  embedding.set(shared.map((value) => value * Math.sqrt(0.9)));
  embedding[own] = Math.sqrt(0.1);
  return { person: name.split('/')[0], name, sha256, result: { state: 'used', embedding, quality } };
}
