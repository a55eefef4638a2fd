import { setImmediate } from 'node:timers/promises';
import { throwIfInterrupted } from '../src/core/errors.js';
import type { Quality } from '../src/face/quality.js';
import { GallerySnapshot } from '../src/gallery/snapshot.js';
import { policyFor } from '../src/track/policy.js';
import { CLEAR, clarityOf, judgeMatch, type Limits, type VerdictKind } from '../src/track/verdict.js';
import { Matcher } from '../src/worker/matcher.js';
import { randomNumbers } from './random.js';

/** A photo of a person; `embedding` is null when it shows no face that can be judged. */
export interface Probe {
  person: string;
  embedding: Float32Array | null;
  /** Of the look; not set where it is not known, for a sharp frontal one. */
  quality?: Quality;
}

/** What to identify, and with which limits. */
export interface IdentificationOptions {
  /** A person whose photos are all unusable is drawn like any other, and cannot be named. */
  gallery: readonly Probe[];
  /** Other photos of people of the gallery. */
  known: readonly Probe[];
  /** Photos of people who are not in the gallery. */
  strangers: readonly Probe[];
  /** Numbers of people; see {@link sizesWithin}. */
  sizes: readonly number[];
  /** Random galleries of each size that is smaller than the whole. */
  draws: number;
  policy: Limits;
  /** Values per embedding. */
  dimension: number;
  signal: AbortSignal;
}

/** Verdicts on photos. Those of one draw after another, so a photo appears once per draw. */
export interface Outcomes {
  photos: number;
  /** Named as the person who it is; always 0 for strangers. */
  right: number;
  /** Named as somebody else. */
  wrong: number;
  ambiguous: number;
  unknown: number;
  /** No face, or none that can be judged. */
  unusable: number;
}

/** The verdicts at one size of the gallery. */
export interface IdentificationRow {
  /** In the gallery, with those whose photos are unusable. */
  people: number;
  draws: number;
  /** Similarity that a name takes here, -1..1; where odds decide it depends on the gallery, and this is the mean of the draws. */
  threshold: number;
  /** Photos of those who were drawn. */
  known: Outcomes;
  strangers: Outcomes;
}

/** Probes in one matrix product: 256 rows of a large gallery are a few MB. */
const BATCH = 256;

/**
 * Names every photo from one look, against galleries of several sizes, with the product's own matching and rule.
 *
 * @throws SpotterError interrupted
 */
export async function identify(options: IdentificationOptions): Promise<IdentificationRow[]> {
  const { gallery, known, strangers, sizes, dimension, policy } = options;
  const people = [...new Set(gallery.map(({ person }) => person))].sort();
  const matcher = await Matcher.load();
  const rows: IdentificationRow[] = [];
  for (const size of sizesWithin(sizes, people.length)) {
    const draws = size < people.length ? options.draws : 1;
    // Begins anew, so that a row does not depend on which other sizes are measured.
    const random = randomNumbers(size);
    const row = { people: size, draws, threshold: 0, known: noOutcomes(), strangers: noOutcomes() };
    for (let round = 0; round < draws; round++) {
      const drawn = new Set(draw(people, size, random));
      const isDrawn = ({ person }: { person: string }) => drawn.has(person);
      const snapshot = new GallerySnapshot(gallery.filter(isDrawn).flatMap(usable), dimension);
      row.threshold += policyFor(policy, snapshot.matrix.vectors).threshold / draws;
      await addVerdicts(row.known, known.filter(isDrawn), snapshot, matcher, options);
      await addVerdicts(row.strangers, strangers, snapshot, matcher, options);
    }
    rows.push(row);
  }
  return rows;
}

/** The sizes that a gallery allows, ascending; larger ones become the whole gallery. Empty without people. */
export function sizesWithin(sizes: readonly number[], people: number): number[] {
  if (people === 0) return [];
  return [...new Set(sizes.map((size) => Math.min(size, people)))].sort((a, b) => a - b);
}

/** A random choice without repetition, in random order. @param count at most the number of items */
export function draw<T>(items: readonly T[], count: number, random: () => number): T[] {
  const rest = [...items];
  for (let index = 0; index < count; index++) {
    const other = index + Math.floor(random() * (rest.length - index));
    [rest[index], rest[other]] = [rest[other], rest[index]];
  }
  return rest.slice(0, count);
}

async function addVerdicts(
  outcomes: Outcomes,
  probes: readonly Probe[],
  snapshot: GallerySnapshot,
  matcher: Matcher,
  { policy, signal }: Pick<IdentificationOptions, 'policy' | 'signal'>,
): Promise<void> {
  const judged = probes.flatMap(usable);
  const limits = policyFor(policy, snapshot.matrix.vectors);
  outcomes.photos += probes.length;
  outcomes.unusable += probes.length - judged.length;
  for (let from = 0; from < judged.length; from += BATCH) {
    // Matching never yields to the event loop: without this, a signal would go unnoticed.
    await setImmediate();
    throwIfInterrupted(signal);
    const batch = judged.slice(from, from + BATCH);
    const nearest = await matcher.match(
      batch.map(({ embedding }) => embedding),
      snapshot.matrix,
    );
    for (const [index, { person, quality }] of batch.entries()) {
      const match = snapshot.toMatch(nearest[index]);
      const clarity = quality ? clarityOf(quality) : CLEAR;
      outcomes[outcomeOf(judgeMatch(match, limits, clarity).kind, match?.person === person)]++;
    }
  }
}

function outcomeOf(verdict: VerdictKind, isRight: boolean): Exclude<keyof Outcomes, 'photos'> {
  if (verdict !== 'known') return verdict;
  return isRight ? 'right' : 'wrong';
}

function usable({ embedding, ...probe }: Probe): (Probe & { embedding: Float32Array })[] {
  return embedding ? [{ ...probe, embedding }] : [];
}

function noOutcomes(): Outcomes {
  return { photos: 0, right: 0, wrong: 0, ambiguous: 0, unknown: 0, unusable: 0 };
}
