import { lookWeight } from '../face/quality.js';
import { likeness } from './evidence.js';
import { beginMotion } from './kalman.js';
import { newTrack } from './lifetime.js';
import type { LookResult, Track, TrackerState, TrackPolicy } from './state.js';

/** So much more alike than `sameFace` makes two looks one face. */
const SURELY_SAME = 0.25;
/** Blurred faces look alike: a look must be worth this much to say that two are one. */
const CLEAR_WEIGHT = 0.2;
/** Who comes back is no further from where they were than this, in face sizes, and so much more a second. */
const NEAR_SIZES = 1.5;
const SIZES_PER_SECOND = 4;

/** Faces sorted out by how they look: tracks with the faces that are theirs, and those that have ended by it. */
export interface Sorted {
  next: number;
  tracks: Track[];
  /** Looks by the number of the track that they belong to. */
  looks: Map<number, LookResult>;
  ended: Track[];
}

/** A face whose look says that it is not its track's, or that has no past yet. */
interface Loose {
  track: Track;
  look: LookResult;
  embedding: Float32Array;
}

/**
 * Where faces crossed, came back, jumped or were cut, place alone cannot say who is who: the looks of this frame do. A
 * face that is not its track's goes to the track that it looks like, among those that are without a face now; else it
 * begins a track. A face that begins a track and looks like one that was lost is that one again. Across a cut a track
 * goes on only when the look proves it.
 */
export function sortOut(
  state: TrackerState,
  results: readonly LookResult[],
  timeMs: number,
  policy: TrackPolicy,
): Sorted {
  const looks = new Map(results.map((look) => [look.trackNumber, look]));
  const tracks = new Map(state.tracks.map((track) => [track.number, track]));
  const ended: Track[] = [];
  const loose: Loose[] = [];
  /** Tracks without a face in this frame that may get one. */
  const lost = new Map<number, Track>();
  let next = state.next;
  for (const track of state.tracks) {
    const look = looks.get(track.number);
    const embedding = look?.unusable === null ? look.embedding : null;
    if (track.lastSeenMs < timeMs) lost.set(track.number, track);
    else if (track.doubt && isOther(track, embedding, policy)) {
      const { reason, ...whereabouts } = track.doubt;
      const before: Track = { ...track, ...whereabouts, doubt: null };
      const newcomer = newTrack(next++, track.detection, timeMs);
      tracks.set(newcomer.number, newcomer);
      if (look) looks.set(newcomer.number, { ...look, trackNumber: newcomer.number, combined: null });
      looks.delete(track.number);
      if (reason === 'cut') {
        tracks.delete(track.number);
        ended.push(before);
      } else {
        const waiting = { ...before, missed: before.missed + 1 };
        tracks.set(track.number, waiting);
        lost.set(track.number, waiting);
      }
      if (look && embedding) loose.push({ track: newcomer, look, embedding });
    } else if (look && embedding && track.evidence.usable === 0 && !track.announced)
      loose.push({ track, look, embedding });
  }
  for (const { owner, face } of bestPairs([...lost.values()], loose, timeMs, policy)) {
    const { detection, frames } = face.track;
    tracks.delete(face.track.number);
    looks.delete(face.track.number);
    looks.set(owner.number, { ...face.look, trackNumber: owner.number, combined: null });
    tracks.set(owner.number, {
      ...owner,
      detection,
      motion: beginMotion(detection.box),
      lastSeenMs: timeMs,
      frames: owner.frames + frames,
      missed: 0,
      announced: owner.announced || face.track.announced,
      doubt: null,
    });
  }
  return { next, tracks: [...tracks.values()].sort((a, b) => a.number - b.number), looks, ended };
}

/** Across a cut the look must prove that it is the same face, elsewhere that it is another. */
function isOther(track: Track, embedding: Float32Array | null, policy: TrackPolicy): boolean {
  const isCut = track.doubt?.reason === 'cut';
  if (!embedding || track.evidence.recent.length === 0) return isCut;
  return likeness(track.evidence, embedding) < policy.sameFace + (isCut ? SURELY_SAME : 0);
}

/** The most alike first; each track and each face once. */
function bestPairs(lost: readonly Track[], faces: readonly Loose[], timeMs: number, policy: TrackPolicy) {
  const clear = faces.filter(({ look }) => lookWeight(look.quality) >= CLEAR_WEIGHT);
  const pairs = lost
    .filter(({ evidence }) => evidence.kept.some(({ weight }) => weight >= CLEAR_WEIGHT))
    .flatMap((owner) =>
      clear.map((face) => ({ owner, face, alike: likeness(owner.evidence, face.embedding) })),
    )
    .filter(
      ({ owner, face, alike }) => alike >= policy.sameFace + SURELY_SAME && isNear(owner, face.track, timeMs),
    )
    .sort((a, b) => b.alike - a.alike);
  const taken = new Set<Track>();
  return pairs.filter(({ owner, face }) => {
    if (taken.has(owner) || taken.has(face.track)) return false;
    taken.add(owner).add(face.track);
    return true;
  });
}

function isNear(lost: Track, found: Track, timeMs: number): boolean {
  const [from, to] = [lost.detection.box, found.detection.box];
  const distance = Math.hypot(to.x1 + to.x2 - from.x1 - from.x2, to.y1 + to.y2 - from.y1 - from.y2) / 2;
  const size = Math.max(from.x2 - from.x1, to.x2 - to.x1);
  return distance <= size * (NEAR_SIZES + (SIZES_PER_SECOND * (timeMs - lost.lastSeenMs)) / 1000);
}
