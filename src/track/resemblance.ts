import { apart } from '../face/box.js';
import { lookWeight } from '../face/quality.js';
import { likeness } from './evidence.js';
import type { LookResult, Track, TrackPolicy } from './state.js';

/** Two looks are surely one face when their similarity exceeds `sameFace` by this. */
const SURELY_SAME = 0.25;
/** Blurred and small faces look alike: if a look weighs less than this, it has to be more; still less weight shows nothing. */
const CLEAR_WEIGHT = 0.2;
const SURELY_SAME_UNCLEAR = 0.45;
const LEAST_WEIGHT = 0.1;
/** A face that comes back is at most this far from its last place, in face sizes, and this much more per second. */
const NEAR_SIZES = 1.5;
const SIZES_PER_SECOND = 4;

/** A face whose look shows that it is not that of its track, or that has no earlier look. */
export interface Loose {
  track: Track;
  look: LookResult;
  embedding: Float32Array;
}

/**
 * Whether a face in doubt is not that of its track. Across a cut the look must prove that it is the same face, elsewhere that it
 * is another. Where it is not sure that there was a cut, a face that cannot be judged waits for the next look.
 */
export function isOther(track: Track, embedding: Float32Array | null, policy: TrackPolicy): boolean {
  const reason = track.doubt?.reason;
  if (!embedding || track.evidence.recent.length === 0) return reason === 'cut';
  const isProofNeeded = reason === 'cut' || reason === 'change';
  return likeness(track.evidence, embedding) < policy.sameFace + (isProofNeeded ? SURELY_SAME : 0);
}

/**
 * Whether a face that is not that of its track is explained by the others in the frame: it is the face of one that is lost or
 * in doubt, or the face of the track is where one began or is in doubt. A face that is where expected is not given away
 * without: somebody who turns the head can look like another person.
 */
export function isExplained(
  track: Track,
  look: LookResult,
  tracks: readonly Track[],
  looks: ReadonlyMap<number, LookResult>,
  timeMs: number,
  policy: TrackPolicy,
): boolean {
  const isSame = (owner: Track, shown: LookResult) =>
    shown.embedding !== null &&
    likeness(owner.evidence, shown.embedding) >= policy.sameFace + proofOf(owner, shown);
  return tracks.some((other) => {
    if (other.number === track.number) return false;
    const isLost = other.lastSeenMs < timeMs;
    if ((isLost || other.doubt) && isSame(other, look))
      return isNear({ ...other, ...other.doubt }, track, timeMs);
    const found = looks.get(other.number);
    const isOpen = other.evidence.usable === 0 || other.doubt !== null;
    return !isLost && isOpen && found?.unusable === null && isSame(track, found);
  });
}

/** Pairs of a lost track and a face that is surely its own; the most similar first, each track and each face once. */
export function bestPairs(
  lost: readonly Track[],
  faces: readonly Loose[],
  timeMs: number,
  policy: TrackPolicy,
) {
  const pairs = lost
    .flatMap((owner) =>
      faces.map((face) => ({ owner, face, alike: likeness(owner.evidence, face.embedding) })),
    )
    .filter(
      ({ owner, face, alike }) =>
        alike >= policy.sameFace + proofOf(owner, face.look) && isNear(owner, face.track, timeMs),
    )
    .sort((a, b) => b.alike - a.alike);
  const taken = new Set<Track>();
  return pairs.filter(({ owner, face }) => {
    if (taken.has(owner) || taken.has(face.track)) return false;
    taken.add(owner).add(face.track);
    return true;
  });
}

/** By how much a look has to exceed `sameFace` to show the face of a track. */
function proofOf({ evidence }: Track, look: LookResult): number {
  const best = Math.max(0, ...evidence.kept.map(({ weight }) => weight));
  const weight = Math.min(best, lookWeight(look.quality));
  if (weight >= CLEAR_WEIGHT) return SURELY_SAME;
  return weight >= LEAST_WEIGHT ? SURELY_SAME_UNCLEAR : Number.POSITIVE_INFINITY;
}

function isNear(lost: Track, found: Track, timeMs: number): boolean {
  const [from, to] = [lost.detection.box, found.detection.box];
  const size = Math.max(from.x2 - from.x1, to.x2 - to.x1);
  return apart(from, to) <= size * (NEAR_SIZES + (SIZES_PER_SECOND * (timeMs - lost.lastSeenMs)) / 1000);
}
