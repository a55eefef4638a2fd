import { cosine, normalise } from '../face/embedding.js';
import type { Match } from '../face/match.js';
import type { Quality } from '../face/quality.js';
import { lookWeight } from '../face/quality.js';
import type { Evidence, KeptLook, LookResult, TrackerState } from './state.js';

/** Number of looks that a verdict rests on: the best ones, whenever they were. */
const KEPT_LOOKS = 8;
const RECENT_LOOKS = 4;
/** A look is as good as its weight when the next one is this far away in time; closer ones show the same. */
const APART_MS = 500;

/** Adds a look to the evidence. @param timeMs media time of the frame */
export function addLook(evidence: Evidence, look: LookResult, timeMs: number): Evidence {
  const looks = evidence.looks + 1;
  const { quality, embedding, match, unusable } = look;
  if (unusable !== null || !embedding)
    return { ...evidence, looks, failed: { reason: unusable ?? 'bad_landmarks', quality } };
  const kept = [...evidence.kept, { embedding, weight: lookWeight(quality), quality, match, timeMs }];
  return {
    ...evidence,
    looks,
    usable: evidence.usable + 1,
    kept: best(kept),
    recent: [embedding, ...evidence.recent].slice(0, RECENT_LOOKS),
    // After the first look, its own match. A sum that was compared before this look does not stand for all of them.
    combined: look.combined ?? (evidence.usable === 0 ? match : null),
  };
}

/** Drops a look when there are too many: the lightest, unless two heavier ones are of nearly the same moment. */
function best(looks: readonly KeptLook[]): readonly KeptLook[] {
  if (looks.length <= KEPT_LOOKS) return looks;
  const worth = looks.map(({ weight, timeMs }, index) => {
    const gaps = looks.map((other, i) => (i === index ? APART_MS : Math.abs(other.timeMs - timeMs)));
    return weight * Math.min(1, Math.min(...gaps) / APART_MS);
  });
  const least = worth.indexOf(Math.min(...worth));
  return looks.filter((_, index) => index !== least);
}

/** The weighted sum of the embeddings of all looks. Not of length 1; null without looks. */
export function templateOf({ kept }: Evidence): Float32Array | null {
  if (kept.length === 0) return null;
  const sum = new Float32Array(kept[0].embedding.length);
  for (const { embedding, weight } of kept)
    for (let i = 0; i < sum.length; i++) sum[i] += weight * embedding[i];
  return sum;
}

/** Similarity of a face to that of the evidence: the greatest over the last looks and the sum of all, -1..1. */
export function likeness(evidence: Evidence, embedding: Float32Array): number {
  const together = templateOf(evidence);
  const others = together && normalise(together) ? [...evidence.recent, together] : evidence.recent;
  return others.reduce((most, other) => Math.max(most, cosine(other, embedding)), -1);
}

/** The quality of the look most similar to anybody, else of the last unusable look; null before the first. */
export function bestQuality({ kept, failed }: Evidence): Quality | null {
  const [first, ...rest] = kept;
  if (!first) return failed?.quality ?? null;
  return rest.reduce((most, look) => (nearness(look) > nearness(most) ? look : most), first).quality;
}

/** The look most similar to anybody; null without looks. */
export function nearestLook({ kept }: Evidence): KeptLook | null {
  return kept.reduce<KeptLook | null>(
    (most, look) => (most && nearness(most) >= nearness(look) ? most : look),
    null,
  );
}

function nearness({ match }: KeptLook): number {
  return match?.similarity ?? -1;
}

/** The embeddings to compare with a new gallery, each of length 1: per track its looks, then their sum. */
export function probesOf({ tracks }: TrackerState): Float32Array[] {
  return tracks.flatMap(({ evidence }) => {
    const together = templateOf(evidence);
    if (!together) return [];
    // A sum without direction stays the zero vector, and is similar to nobody.
    normalise(together);
    return [...evidence.kept.map(({ embedding }) => embedding), together];
  });
}

/**
 * The same tracks with the matches of another gallery, to be judged again.
 *
 * @param matches one per embedding of {@link probesOf}, in the same order
 * @param gallery version of the new gallery
 */
export function withGallery(
  state: TrackerState,
  matches: readonly (Match | null)[],
  gallery: number,
): TrackerState {
  let next = 0;
  const tracks = state.tracks.map((track) => {
    if (track.evidence.kept.length === 0) return track;
    const kept = track.evidence.kept.map((look) => ({ ...look, match: matches[next++] ?? null }));
    const combined = matches[next++] ?? null;
    // A look that was set aside was compared with the old gallery; the next one will show the same.
    return { ...track, suspicion: null, evidence: { ...track.evidence, kept, combined }, revised: true };
  });
  return { ...state, gallery, tracks };
}
