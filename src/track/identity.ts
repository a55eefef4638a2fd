import { lookWeight } from '../face/quality.js';
import { likeness } from './evidence.js';
import { beginMotion } from './kalman.js';
import { newTrack } from './lifetime.js';
import type { LookResult, Track, TrackerState, TrackPolicy } from './state.js';

/** Two looks are surely one face when their similarity exceeds `sameFace` by this. */
const SURELY_SAME = 0.25;
/** Blurred faces look alike: only looks of at least this weight can show that two faces are one. */
const CLEAR_WEIGHT = 0.2;
/** A face that comes back is at most this far from its last place, in face sizes, and this much more per second. */
const NEAR_SIZES = 1.5;
const SIZES_PER_SECOND = 4;

/** The outcome of {@link resolveIdentity}. */
export interface ResolvedIdentity {
  /** Number of the next track. */
  next: number;
  tracks: Track[];
  /** Looks by the number of the track that they belong to. */
  looks: Map<number, LookResult>;
  /** Tracks that ended at a cut. */
  ended: Track[];
}

/** A face whose look shows that it is not that of its track, or that has no earlier look. */
interface Loose {
  track: Track;
  look: LookResult;
  embedding: Float32Array;
}

/**
 * Assigns faces to tracks by how they look. Where faces crossed, came back, jumped or were cut, their place alone cannot
 * decide. A face that is not that of its track goes to the most similar track without a face in this frame, or begins a new
 * track. A face that begins a track and looks like a lost one continues the lost one. Across a cut a track continues only
 * when the look proves that it is the same face.
 *
 * @param results the looks of this frame
 * @param timeMs media time of the frame
 */
export function resolveIdentity(
  state: TrackerState,
  results: readonly LookResult[],
  timeMs: number,
  policy: TrackPolicy,
): ResolvedIdentity {
  const looks = new Map(results.map((look) => [look.trackNumber, look]));
  const tracks = new Map(state.tracks.map((track) => [track.number, track]));
  const ended: Track[] = [];
  const loose: Loose[] = [];
  /** Tracks without a face in this frame. */
  const lost = new Map<number, Track>();
  let next = state.next;
  for (const track of state.tracks) {
    const look = looks.get(track.number);
    const embedding = look?.unusable === null ? look.embedding : null;
    if (track.lastSeenMs < timeMs) lost.set(track.number, track);
    else if (track.doubt && isOther(track, embedding, policy)) {
      const { reason, ...position } = track.doubt;
      const before: Track = { ...track, ...position, doubt: null };
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

/** The most similar pairs first; each track and each face once. */
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
