import { setImmediate } from 'node:timers/promises';
import { SpotterError, throwIfInterrupted } from '../src/core/errors.js';
import { cosine } from '../src/face/embedding.js';

/** Two photos that were compared. */
export interface ComparedPair {
  same: boolean;
  /** Cosine, -1..1; -Infinity when a face was not found: such a pair is never accepted. */
  similarity: number;
}

/** Similarities of all pairs, as in {@link ComparedPair}. */
export interface Similarities {
  same: Float32Array;
  different: Float32Array;
}

/** What share of the pairs of one person is accepted when at most a share `far` of the pairs of different people is. */
export interface RateAtFar {
  far: number;
  /** 0..1; null when there are too few pairs to allow one false accept. */
  tpr: number | null;
  /** Pairs are accepted above this similarity; null with `tpr`, or when all pairs above it lack a face. */
  above: number | null;
}

/** Accepted pairs at one threshold. */
export interface PairCounts {
  pairs: number;
  accepted: number;
}

/** The result of comparing pairs. */
export interface VerificationResult {
  same: PairCounts;
  different: PairCounts;
  rates: RateAtFar[];
  /** See {@link foldAccuracy}. */
  folds: FoldAccuracy | null;
}

/** Accuracy over folds, 0..1. */
export interface FoldAccuracy {
  mean: number;
  standardError: number;
}

/** False accept rates that results are given at. */
const FARS = [1e-2, 1e-3, 1e-4];
/** With more photos the pairs would take more memory than is reasonable. */
const MAX_PHOTOS = 6000;

/**
 * The accuracy of pairs.
 *
 * @param threshold cosine from which two faces are the same person
 * @param folds null: the pairs have none
 */
export function verify(
  similarities: Similarities,
  threshold: number,
  folds: readonly (readonly ComparedPair[])[] | null,
): VerificationResult {
  const { same, different } = similarities;
  return {
    same: countAccepted(same, threshold),
    different: countAccepted(different, threshold),
    rates: ratesAtFar(similarities, FARS),
    folds: folds && foldAccuracy(folds),
  };
}

/** Splits compared pairs by whether they show one person. */
export function similaritiesOf(pairs: readonly ComparedPair[]): Similarities {
  const of = (same: boolean) =>
    Float32Array.from(
      pairs.filter((pair) => pair.same === same),
      ({ similarity }) => similarity,
    );
  return { same: of(true), different: of(false) };
}

/** The true positive rate at each false accept rate. @param fars above 0, below 1 */
export function ratesAtFar({ same, different }: Similarities, fars: readonly number[]): RateAtFar[] {
  const ascending = different.toSorted();
  return fars.map((far) => {
    // The small addition undoes rounding: 0.01 * 2900 is a little under 29.
    const allowed = Math.floor(far * ascending.length + 1e-9);
    if (allowed < 1 || same.length === 0) return { far, tpr: null, above: null };
    const above = ascending[ascending.length - 1 - allowed];
    const accepted = same.reduce((count, similarity) => count + (similarity > above ? 1 : 0), 0);
    return { far, tpr: accepted / same.length, above: Number.isFinite(above) ? above : null };
  });
}

/**
 * The accuracy of each fold at the threshold that is best for the others together.
 *
 * @returns null with fewer than two folds, or an empty one
 */
export function foldAccuracy(folds: readonly (readonly ComparedPair[])[]): FoldAccuracy | null {
  if (folds.length < 2 || folds.some(({ length }) => length === 0)) return null;
  const accuracies = folds.map((fold, index) => {
    const threshold = bestThreshold(folds.filter((_, other) => other !== index).flat());
    const right = fold.filter(({ same, similarity }) => same === similarity >= threshold).length;
    return right / fold.length;
  });
  const mean = accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / folds.length;
  const squares = accuracies.reduce((sum, accuracy) => sum + (accuracy - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (folds.length - 1) / folds.length) };
}

/** The threshold that most pairs are right at: in the middle between two similarities; of equals the highest. */
export function bestThreshold(pairs: readonly ComparedPair[]): number {
  const descending = pairs
    .filter(({ similarity }) => Number.isFinite(similarity))
    .sort((a, b) => b.similarity - a.similarity);
  let threshold = Number.POSITIVE_INFINITY;
  let gain = 0;
  let best = 0;
  for (const [index, { same, similarity }] of descending.entries()) {
    gain += same ? 1 : -1;
    const next = descending[index + 1]?.similarity;
    if (next === similarity || gain <= best) continue;
    best = gain;
    threshold = next === undefined ? similarity : (similarity + next) / 2;
  }
  return threshold;
}

/** A photo of a known person; `embedding` is null when no face was found. */
export interface PersonFace {
  person: string;
  embedding: Float32Array | null;
}

/**
 * Compares every photo with every other one.
 *
 * @throws SpotterError usage: more than {@link MAX_PHOTOS} photos; interrupted
 */
export async function compareAll(faces: readonly PersonFace[], signal: AbortSignal): Promise<Similarities> {
  if (faces.length > MAX_PHOTOS)
    throw new SpotterError(
      'usage',
      `${faces.length} photos have too many pairs; give a folder with at most ${MAX_PHOTOS}`,
    );
  const all = (faces.length * (faces.length - 1)) / 2;
  const sizes = new Map<string, number>();
  for (const { person } of faces) sizes.set(person, (sizes.get(person) ?? 0) + 1);
  const sameCount = [...sizes.values()].reduce((sum, size) => sum + (size * (size - 1)) / 2, 0);
  const similarities = { same: new Float32Array(sameCount), different: new Float32Array(all - sameCount) };
  const filled = { same: 0, different: 0 };
  for (const [index, a] of faces.entries()) {
    // Comparing never yields to the event loop: without this, a signal would go unnoticed.
    await setImmediate();
    throwIfInterrupted(signal);
    for (let other = index + 1; other < faces.length; other++) {
      const b = faces[other];
      const kind = a.person === b.person ? 'same' : 'different';
      similarities[kind][filled[kind]++] = similarityOf(a.embedding, b.embedding);
    }
  }
  return similarities;
}

/** Cosine, -1..1; -Infinity when a face was not found. */
export function similarityOf(a: Float32Array | null, b: Float32Array | null): number {
  return a && b ? cosine(a, b) : Number.NEGATIVE_INFINITY;
}

function countAccepted(similarities: Float32Array, threshold: number): PairCounts {
  const accepted = similarities.reduce((count, similarity) => count + (similarity >= threshold ? 1 : 0), 0);
  return { pairs: similarities.length, accepted };
}
