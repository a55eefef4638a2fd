import { setImmediate } from 'node:timers/promises';
import { SpotterError, throwIfInterrupted } from '../src/core/errors.js';
import { cosine } from '../src/face/embedding.js';
import type { LookClass } from '../src/face/odds.js';

/** One look at the face of a photo. */
export interface LabelledFace {
  person: string;
  file: string;
  embedding: Float32Array;
  look: LookClass;
}

/** Photos under two names that show one face. */
export interface Copy {
  files: [string, string];
  similarity: number;
}

/** What labelled faces say about similarity. */
export interface FacePairs {
  /** Of all pairs of different people, each once. */
  different: Float32Array;
  /** For each face those to the people of the gallery, of a person the largest; NaN for the own person and copies. */
  toPeople: Float32Array[];
  /** Of each known face to the nearest photo of its person. */
  same: Record<LookClass, number[]>;
  copies: Copy[];
}

/** No two people were found to be this similar with any embedder: it is one face under two names. */
const COPY = 0.9;
/** Comparisons take this many numbers in memory, and twice that while they are sorted. */
const MAX_COMPARISONS = 50e6;

/**
 * Compares the faces of the gallery with each other, and known faces with the gallery.
 *
 * @throws SpotterError usage: too many photos; interrupted
 */
export async function compareFaces(
  gallery: readonly LabelledFace[],
  known: readonly LabelledFace[],
  signal: AbortSignal,
): Promise<FacePairs> {
  const most = (gallery.length + known.length) * gallery.length;
  if (most > MAX_COMPARISONS)
    throw new SpotterError(
      'usage',
      `${gallery.length} photos in the gallery and ${known.length} others have too many pairs; give fewer, such as 5000`,
    );
  const people = new Map<string, number>();
  for (const { person } of gallery) if (!people.has(person)) people.set(person, people.size);
  const columns = gallery.map(({ person }) => people.get(person) ?? 0);
  const different = new Float32Array(most);
  let pairs = 0;
  const result: FacePairs = {
    different,
    toPeople: [],
    same: { frontal: [], turned: [], poor: [] },
    copies: [],
  };
  for (const [index, face] of [...gallery, ...known].entries()) {
    // Comparing never yields to the event loop: without this, a signal would go unnoticed.
    await setImmediate();
    throwIfInterrupted(signal);
    const row = new Float32Array(people.size).fill(Number.NaN);
    let own = Number.NEGATIVE_INFINITY;
    for (const [other, { person, file, embedding }] of gallery.entries()) {
      const similarity = cosine(face.embedding, embedding);
      if (person === face.person) {
        if (other !== index) own = Math.max(own, similarity);
        continue;
      }
      // A pair within the gallery comes twice.
      const isNew = index >= gallery.length || other > index;
      if (similarity > COPY) {
        if (isNew) result.copies.push({ files: [face.file, file], similarity });
        continue;
      }
      if (isNew) different[pairs++] = similarity;
      const column = columns[other];
      if (!(row[column] >= similarity)) row[column] = similarity;
    }
    result.toPeople.push(row);
    if (index >= gallery.length && Number.isFinite(own)) result.same[face.look].push(own);
  }
  return { ...result, different: different.subarray(0, pairs) };
}
