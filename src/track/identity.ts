import { addLook } from './evidence.js';
import { correct, predict } from './kalman.js';
import { newTrack, whereabouts } from './lifetime.js';
import { bestPairs, isExplained, isOther, type Loose } from './resemblance.js';
import {
  type LookResult,
  NO_EVIDENCE,
  type Suspicion,
  type Track,
  type TrackerState,
  type TrackPolicy,
} from './state.js';
import { isConfirmedBy, isSuspicious } from './suspicion.js';

/** The outcome of {@link resolveIdentity}. */
export interface ResolvedIdentity {
  /** Number of the next track. */
  next: number;
  tracks: Track[];
  /** Looks by the number of the track that they belong to. */
  looks: Map<number, LookResult>;
  /** Tracks that have ended: at a cut, or because somebody else took their place long ago. */
  ended: Track[];
}

/** What is known while the faces of a frame are assigned. */
interface Work extends ResolvedIdentity {
  loose: Loose[];
  /** Tracks whose face is not in this frame, or may not be, where they were last found. */
  lost: Map<number, Track>;
  /** Of those, the ones that somebody else took the place of, without any doubt at the time. */
  replaced: Set<Track>;
}

/**
 * Assigns faces to tracks by how they look. Where faces crossed, came back, jumped or were cut, their place alone cannot
 * decide. A face that is not that of its track goes to the most similar track without a face in this frame, or begins a new
 * track. A face that begins a track and looks like a lost one, or like one that is in doubt and cannot be judged, continues
 * that one. Across a cut a track continues only when the look proves that it is the same face. Without any doubt, two looks
 * in a row must show the same other face; until the second, the first is set aside.
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
  const work: Work = {
    next: state.next,
    tracks: [...state.tracks],
    looks: new Map(results.map((look) => [look.trackNumber, look])),
    ended: [],
    loose: [],
    lost: new Map(),
    replaced: new Set(),
  };
  for (const track of state.tracks) examine(track, work, timeMs, policy);
  for (const { owner, face } of bestPairs([...work.lost.values()], work.loose, timeMs, policy))
    rejoin(owner, face, work, timeMs, policy);
  const isOver = (track: Track) => work.replaced.has(track) && timeMs - track.lastSeenMs > policy.graceMs;
  const ended = [...work.ended, ...work.tracks.filter(isOver)];
  const tracks = work.tracks.filter((track) => !isOver(track)).sort((a, b) => a.number - b.number);
  return { next: work.next, tracks, looks: work.looks, ended };
}

/** Finds out whether the face of a track is still its own; if not, it begins another track. */
function examine(track: Track, work: Work, timeMs: number, policy: TrackPolicy): void {
  const look = work.looks.get(track.number);
  const embedding = look?.unusable === null ? look.embedding : null;
  const { doubt, suspicion } = track;
  if (track.lastSeenMs < timeMs) work.lost.set(track.number, track);
  else if (doubt && isOther(track, embedding, policy) && isGivenAway(track, work, timeMs, policy)) {
    split(track, beforeDoubt(track, doubt), newTrack(work.next++, track.detection, timeMs, policy), work);
  } else if (doubt && !embedding) work.lost.set(track.number, beforeDoubt(track, doubt));
  else if (look && embedding && isSuspicious(track, look, policy)) {
    if (suspicion && isConfirmedBy(suspicion, look, policy)) {
      const before = { ...track, ...track.confirmed, suspicion: null, doubt: null };
      const newcomer = {
        ...newTrack(work.next++, track.detection, timeMs, policy),
        ...since(suspicion, track),
      };
      work.replaced.add(split(track, before, newcomer, work));
    } else {
      const aside = { ...track, lastLookMs: timeMs, doubt: null, suspicion: { ...whereabouts(track), look } };
      work.tracks = exchanged(work.tracks, track.number, aside);
      work.looks.delete(track.number);
    }
  } else if (look && embedding && track.evidence.usable === 0 && !track.announced)
    work.loose.push({ track, look, embedding });
}

/** Whether a track in doubt gives away a face that is not its own. */
function isGivenAway(track: Track, { tracks, looks }: Work, timeMs: number, policy: TrackPolicy): boolean {
  const look = looks.get(track.number);
  return track.doubt?.reason !== 'beside' || !look || isExplained(track, look, tracks, looks, timeMs, policy);
}

/** What a new track has of an old one since a suspicion: motion, frames, and the first look. */
function since({ look, lastSeenMs, frames, certain }: Suspicion, track: Track): Partial<Track> {
  return {
    motion: track.motion,
    firstSeenMs: lastSeenMs,
    frames: track.frames - frames + 1,
    certain: { ...track.certain, frames: track.certain.frames - certain.frames + 1 },
    evidence: addLook(NO_EVIDENCE, { ...look, combined: null }, lastSeenMs),
  };
}

/** Gives the face of a track to a new one. The old one is as it was `before`, and waits for its face, unless a cut ends it. */
function split(track: Track, before: Track, newcomer: Track, work: Work): Track {
  const look = work.looks.get(track.number);
  work.looks.delete(track.number);
  if (look) work.looks.set(newcomer.number, { ...look, trackNumber: newcomer.number, combined: null });
  if (look?.unusable === null && look.embedding)
    work.loose.push({ track: newcomer, look, embedding: look.embedding });
  const waiting = { ...before, missed: before.missed + 1 };
  if (track.doubt?.reason === 'cut') {
    work.ended.push(before);
    work.tracks = work.tracks.filter(({ number }) => number !== track.number);
  } else {
    work.lost.set(track.number, waiting);
    work.tracks = exchanged(work.tracks, track.number, waiting);
  }
  work.tracks = [...work.tracks, newcomer];
  return waiting;
}

/** Lets a lost track continue with a face that resembles it. */
function rejoin(owner: Track, face: Loose, work: Work, timeMs: number, policy: TrackPolicy): void {
  const { number, detection, frames, certain } = face.track;
  const displaced = work.tracks.find((track) => track.number === owner.number);
  if (displaced?.lastSeenMs === timeMs) {
    // Its own face is elsewhere, so the one in doubt, which cannot be judged, is somebody else's.
    const newcomer = newTrack(work.next++, displaced.detection, timeMs, policy);
    const look = work.looks.get(owner.number);
    if (look) work.looks.set(newcomer.number, { ...look, trackNumber: newcomer.number });
    work.tracks = [...work.tracks, newcomer];
  }
  work.looks.delete(number);
  work.looks.set(owner.number, { ...face.look, trackNumber: owner.number, combined: null });
  work.tracks = exchanged(
    work.tracks.filter((track) => track.number !== number),
    owner.number,
    {
      ...owner,
      detection,
      motion: correct(predict(owner.motion, timeMs - owner.lastSeenMs), detection.box),
      lastSeenMs: timeMs,
      frames: owner.frames + frames,
      certain:
        certain.frames > 0
          ? { frames: owner.certain.frames + certain.frames, lastMs: certain.lastMs }
          : owner.certain,
      unwatchedMs: 0,
      missed: 0,
      announced: owner.announced || face.track.announced,
      doubt: null,
    },
  );
}

function exchanged(tracks: readonly Track[], number: number, track: Track): Track[] {
  return tracks.map((one) => (one.number === number ? track : one));
}

function beforeDoubt(track: Track, { reason: _, ...position }: NonNullable<Track['doubt']>): Track {
  // What was seen since a suspicion is not known to be the face of the track.
  return { ...track, ...position, ...(track.suspicion && track.confirmed), doubt: null, suspicion: null };
}
