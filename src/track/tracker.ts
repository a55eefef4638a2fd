import type { Detection } from '../face/detection.js';
import { type Association, associate } from './associate.js';
import { isLookDue } from './embedSchedule.js';
import { addLook } from './evidence.js';
import { sortOut } from './identity.js';
import { correct } from './kalman.js';
import { farewell, newTrack, stays } from './lifetime.js';
import type { DoubtReason, LookResult, Track, TrackEvent, TrackerState, TrackPolicy } from './state.js';
import { isAgain, updatedVerdict } from './verdictUpdate.js';

/** Overlap with the expected place, or pause, at which a face may be somebody else's: a crossing, a jump. */
const DOUBTFUL_IOU = 0.5;
const DOUBTFUL_GAP_MS = 400;
/** Frames this close show whether a scene was cut; further apart a lot may move, and only a look can tell. */
const CLOSE_FRAMES_MS = 200;
/** At a slow frame rate a face may be away this many frames whatever `graceMs` says. */
const GRACE_FRAMES = 2;

/** A face of the frame, the track it belongs to, and whether it is worth looking at closely. */
export interface Sighting {
  /** null for a face too uncertain to begin a track with. */
  trackNumber: number | null;
  wantsLook: boolean;
}

export interface Followed {
  state: TrackerState;
  /** One a detection, in order. */
  sightings: Sighting[];
  trackEvents: TrackEvent[];
}

/**
 * Follows the faces of one frame: which track each belongs to, which are new, which have left.
 *
 * @param timeMs media time, never less than the frame's before
 * @param isCut the picture has nothing to do with the one before: who is not found at once has left
 */
export function follow(
  state: TrackerState,
  detections: readonly Detection[],
  timeMs: number,
  policy: TrackPolicy,
  isCut = false,
): Followed {
  const frameMs = state.lastFrameMs === null ? 0 : timeMs - state.lastFrameMs;
  const graceMs = Math.max(policy.graceMs, GRACE_FRAMES * frameMs);
  const isGone = ({ lastSeenMs }: Track) => timeMs - lastSeenMs > graceMs;
  const gone = state.tracks.filter(isGone);
  const alive = state.tracks.filter((track) => !isGone(track));
  const owners = associate(alive, detections, timeMs, policy);
  let next = state.next;
  const tracks = new Map<number, Track>();
  for (const track of alive) tracks.set(track.number, { ...track, missed: track.missed + 1 });
  const sightings = detections.map((detection, index): Sighting => {
    const nearest = owners.get(index);
    // Another scene: only who is still in the same place may be the same.
    const isElsewhere = isCut && frameMs < CLOSE_FRAMES_MS && (nearest?.overlap ?? 0) < DOUBTFUL_IOU;
    const owner = isElsewhere ? undefined : nearest;
    if (!owner && detection.score < policy.startScore) return { trackNumber: null, wantsLook: false };
    const track = owner ? seenAgain(owner, detection, timeMs, isCut) : newTrack(next++, detection, timeMs);
    tracks.set(track.number, track);
    return { trackNumber: track.number, wantsLook: isLookDue(track, timeMs, policy) };
  });
  const cutOff = isCut ? alive.filter(({ number }) => (tracks.get(number)?.missed ?? 0) > 0) : [];
  for (const { number } of cutOff) tracks.delete(number);
  return {
    state: { ...state, next, lastFrameMs: timeMs, tracks: [...tracks.values()] },
    sightings,
    trackEvents: [...gone, ...cutOff].flatMap((track) => farewell(track, policy)),
  };
}

/** Adds what the looks of this frame showed; says what has become certain by it. */
export function judge(
  state: TrackerState,
  results: readonly LookResult[],
  timeMs: number,
  policy: TrackPolicy,
): { state: TrackerState; trackEvents: TrackEvent[] } {
  const sorted = sortOut(state, results, timeMs, policy);
  const trackEvents = sorted.ended.flatMap((track) => farewell(track, policy));
  let { next } = sorted;
  const tracks = sorted.tracks.map((before) => {
    const look = sorted.looks.get(before.number);
    let track = look ? lookedAt(before, look, timeMs) : before;
    if (track.revised && isAgain(track, timeMs, policy)) {
      // Nobody is told twice of a track: who was taken out of the gallery and is back in it gets another track.
      trackEvents.push(...farewell(track, policy));
      const { detection, evidence, lastLookMs } = track;
      track = { ...newTrack(next++, detection, timeMs), evidence, lastLookMs };
    }
    const verdict = look || track.revised ? updatedVerdict(track, timeMs, policy) : null;
    if (!track.announced && (stays(track) || verdict?.kind === 'known')) {
      track = { ...track, announced: true };
      trackEvents.push({ kind: 'appeared', track });
    }
    if (verdict && verdict.kind !== 'unusable' && track.announced) {
      const withdrawn = track.verdict?.kind === 'known' ? track.verdict.match.person : null;
      const reported = verdict.kind === 'known' ? [...track.reported, verdict.match.person] : track.reported;
      track = { ...track, verdict, reported };
      trackEvents.push({ kind: 'verdict', track, verdict, withdrawn });
    }
    return track.revised ? { ...track, revised: false } : track;
  });
  return { state: { ...state, next, tracks }, trackEvents };
}

/** The end of the source: everybody leaves. The numbers go on, the clock may begin anew. */
export function finish(
  state: TrackerState,
  policy: TrackPolicy,
): { state: TrackerState; trackEvents: TrackEvent[] } {
  return {
    state: { ...state, lastFrameMs: null, tracks: [] },
    trackEvents: state.tracks.flatMap((track) => farewell(track, policy)),
  };
}

function seenAgain(
  { track, motion, overlap, contested }: Association,
  detection: Detection,
  timeMs: number,
  isCut: boolean,
): Track {
  const isPaused = timeMs - track.lastSeenMs > DOUBTFUL_GAP_MS;
  const reason: DoubtReason | null = isCut
    ? 'cut'
    : contested
      ? 'contested'
      : overlap < DOUBTFUL_IOU
        ? 'jump'
        : isPaused
          ? 'pause'
          : null;
  const { motion: before, lastSeenMs, frames } = track;
  const whereabouts = { detection: track.detection, motion: before, lastSeenMs, frames };
  const doubt = reason && { ...whereabouts, ...track.doubt, reason };
  return {
    ...track,
    detection,
    motion: correct(motion, detection.box),
    lastSeenMs: timeMs,
    frames: track.frames + 1,
    missed: 0,
    doubt: doubt ?? track.doubt,
  };
}

function lookedAt(track: Track, look: LookResult, timeMs: number): Track {
  const evidence = addLook(track.evidence, look);
  return { ...track, evidence, lastLookMs: timeMs, doubt: look.unusable === null ? null : track.doubt };
}
