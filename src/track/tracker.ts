import type { Detection } from '../face/detection.js';
import { type Association, associate } from './associate.js';
import { isEmbeddingDue } from './embedSchedule.js';
import { addLook } from './evidence.js';
import { resolveIdentity } from './identity.js';
import { correct } from './kalman.js';
import { certainWith, closingEvents, isCertain, isConfirmed, newTrack, whereabouts } from './lifetime.js';
import type { DoubtReason, LookResult, Track, TrackEvent, TrackerState, TrackPolicy } from './state.js';
import { isNameRestored, updatedVerdict } from './verdictUpdate.js';

/** With less overlap with the predicted box, or after a longer pause, a face may be another one: a crossing, a jump. */
const DOUBTFUL_IOU = 0.5;
const DOUBTFUL_GAP_MS = 400;
/** Frames this close show whether a scene was cut; further apart a lot may move, and only a look can decide. */
const CLOSE_FRAMES_MS = 200;
/** At a low frame rate a face may be missing in this many frames even if that exceeds `graceMs`. */
const GRACE_FRAMES = 2;

/** The track of a detection, and whether it is to be looked at. */
export interface Sighting {
  trackNumber: number;
  wantsLook: boolean;
}

/** The outcome of {@link follow}. */
export interface Followed {
  state: TrackerState;
  /** One per detection, in order; null for one that is too uncertain to begin a track, and continues none. */
  sightings: (Sighting | null)[];
  trackEvents: TrackEvent[];
}

/**
 * Tracks the faces of one frame: continues tracks, begins new ones, and ends those whose face is gone.
 *
 * @param timeMs media time, never less than that of the frame before
 * @param isCut the picture has nothing to do with the one before, or may not have: tracks not found at once end
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
  const isGone = ({ lastSeenMs, unwatchedMs }: Track) => timeMs - lastSeenMs - unwatchedMs > graceMs;
  const gone = state.tracks.filter(isGone);
  const alive = state.tracks.filter((track) => !isGone(track));
  const owners = associate(alive, detections, timeMs, policy);
  // Further apart, a face close to the camera changes most of the picture by a step.
  const cutReason = (overlap: number) =>
    !isCut ? null : frameMs < CLOSE_FRAMES_MS || overlap < DOUBTFUL_IOU ? 'cut' : 'change';
  let next = state.next;
  const tracks = new Map<number, Track>();
  for (const track of alive) tracks.set(track.number, { ...track, missed: track.missed + 1 });
  const sightings = detections.map((detection, index): Sighting | null => {
    const nearest = owners.get(index);
    // In another scene, only a face in the same place may be the same.
    const isElsewhere = isCut && frameMs < CLOSE_FRAMES_MS && (nearest?.overlap ?? 0) < DOUBTFUL_IOU;
    const owner = isElsewhere ? undefined : nearest;
    if (!owner && !isCertain(detection, policy)) return null;
    const track = owner
      ? seenAgain(owner, detection, timeMs, policy, cutReason(owner.overlap))
      : newTrack(next++, detection, timeMs, policy);
    tracks.set(track.number, track);
    return { trackNumber: track.number, wantsLook: isEmbeddingDue(track, timeMs, policy) };
  });
  const cutOff = isCut ? alive.filter(({ number }) => (tracks.get(number)?.missed ?? 0) > 0) : [];
  for (const { number } of cutOff) tracks.delete(number);
  return {
    state: { ...state, next, lastFrameMs: timeMs, tracks: [...tracks.values()] },
    sightings,
    trackEvents: [...gone, ...cutOff].flatMap((track) => closingEvents(track, policy)),
  };
}

/**
 * Adds the looks of a frame to its tracks, and reports what has become certain.
 *
 * @param state after {@link follow} of the same frame
 * @param timeMs as for {@link follow}
 */
export function judge(
  state: TrackerState,
  results: readonly LookResult[],
  timeMs: number,
  policy: TrackPolicy,
): { state: TrackerState; trackEvents: TrackEvent[] } {
  const resolved = resolveIdentity(state, results, timeMs, policy);
  const trackEvents = resolved.ended.flatMap((track) => closingEvents(track, policy));
  let { next } = resolved;
  const tracks = resolved.tracks.map((before) => {
    const look = resolved.looks.get(before.number);
    let track = look ? lookedAt(before, look, timeMs) : before;
    if (track.revised && isNameRestored(track, timeMs, policy)) {
      // No name is reported twice per track, so a person who was removed from the gallery and added again gets a new track.
      trackEvents.push(...closingEvents(track, policy));
      const { detection, evidence, lastLookMs, denied } = track;
      track = { ...newTrack(next++, detection, timeMs, policy), evidence, lastLookMs, denied };
    }
    const verdict = look || track.revised ? updatedVerdict(track, timeMs, policy) : null;
    if (!track.announced && (isConfirmed(track) || verdict?.kind === 'known')) {
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

/** Ends every track at the end of the source. Track numbers go on; media time may start anew. */
export function finish(
  state: TrackerState,
  policy: TrackPolicy,
): { state: TrackerState; trackEvents: TrackEvent[] } {
  return {
    state: { ...state, lastFrameMs: null, tracks: [] },
    trackEvents: state.tracks.flatMap((track) => closingEvents(track, policy)),
  };
}

function seenAgain(
  { track, motion, overlap, contested, beside }: Association,
  detection: Detection,
  timeMs: number,
  policy: TrackPolicy,
  cutReason: 'cut' | 'change' | null,
): Track {
  const isPaused = track.unwatchedMs > 0 || timeMs - track.lastSeenMs > DOUBTFUL_GAP_MS;
  const reason: DoubtReason | null =
    cutReason ??
    (contested
      ? 'contested'
      : overlap < DOUBTFUL_IOU
        ? 'jump'
        : isPaused
          ? track.doubt?.reason === 'change'
            ? 'change'
            : 'pause'
          : beside && !track.doubt
            ? 'beside'
            : null);
  const doubt = reason && { ...whereabouts(track), ...track.doubt, reason };
  return {
    ...track,
    detection,
    motion: correct(motion, detection.box),
    lastSeenMs: timeMs,
    frames: track.frames + 1,
    certain: certainWith(track.certain, detection, 1, timeMs, policy),
    unwatchedMs: 0,
    missed: 0,
    doubt: doubt ?? track.doubt,
  };
}

function lookedAt(track: Track, look: LookResult, timeMs: number): Track {
  const evidence = addLook(track.evidence, look, timeMs);
  if (look.unusable !== null) return { ...track, evidence, lastLookMs: timeMs };
  return {
    ...track,
    evidence,
    lastLookMs: timeMs,
    doubt: null,
    confirmed: whereabouts(track),
    suspicion: null,
  };
}
