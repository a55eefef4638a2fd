import type { Detection } from '../face/detection.js';
import { conclude } from './decision.js';
import { allowed } from './denial.js';
import { beginMotion, correct, predict } from './kalman.js';
import {
  NO_EVIDENCE,
  type Track,
  type TrackEvent,
  type TrackerState,
  type TrackPolicy,
  type Whereabouts,
} from './state.js';
import { supports } from './thresholdRule.js';
import type { Verdict } from './verdict.js';

/** A face is confirmed when it was found for certain this often, or twice over this time. */
const CONFIRMING_FRAMES = 3;
const CONFIRMING_MS = 100;

/** Whether a detection may begin a track; an uncertain one may only continue one. */
export function isCertain({ score }: Detection, { startScore }: Pick<TrackPolicy, 'startScore'>): boolean {
  return score >= startScore;
}

/** What is certain of a track that a detection has shown in that many more frames. @param timeMs media time of the last of them */
export function certainWith(
  certain: Track['certain'],
  detection: Detection,
  frames: number,
  timeMs: number,
  policy: Pick<TrackPolicy, 'startScore'>,
): Track['certain'] {
  return isCertain(detection, policy) ? { frames: certain.frames + frames, lastMs: timeMs } : certain;
}

/**
 * A track that begins: with a detection that may, or with one that continued another track and has turned out to be somebody else.
 *
 * @param timeMs media time of the frame
 */
export function newTrack(
  number: number,
  detection: Detection,
  timeMs: number,
  policy: Pick<TrackPolicy, 'startScore'>,
): Track {
  return {
    number,
    detection,
    motion: beginMotion(detection.box),
    firstSeenMs: timeMs,
    lastSeenMs: timeMs,
    frames: 1,
    certain: certainWith({ frames: 0, lastMs: timeMs }, detection, 1, timeMs, policy),
    unwatchedMs: 0,
    missed: 0,
    announced: false,
    lastLookMs: null,
    doubt: null,
    confirmed: null,
    suspicion: null,
    evidence: NO_EVIDENCE,
    revised: false,
    verdict: null,
    reported: [],
    denied: [],
  };
}

/**
 * The tracks when frames come again after the source was away: no face was missed in that time, and each may be another's.
 *
 * @param timeMs media time of the first frame; that of the frame before it shows how long the gap was
 */
export function afterGap(state: TrackerState, timeMs: number): TrackerState {
  const gapMs = Math.max(0, timeMs - (state.lastFrameMs ?? timeMs));
  const tracks = state.tracks.map((track) => ({ ...track, unwatchedMs: track.unwatchedMs + gapMs }));
  return { ...state, tracks };
}

/**
 * The tracks after frames that show what the frame before them shows: a face that was found in it is still there, and one that
 * was not is still missed.
 *
 * @param frames how many
 * @param untilMs media time of the last of them
 */
export function throughStill(
  state: TrackerState,
  frames: number,
  untilMs: number,
  policy: Pick<TrackPolicy, 'startScore'>,
): TrackerState {
  const timeMs = Math.max(untilMs, state.lastFrameMs ?? 0);
  const tracks = state.tracks.map((track): Track => {
    if (track.missed > 0) return { ...track, missed: track.missed + frames };
    const motion = correct(predict(track.motion, timeMs - track.lastSeenMs), track.detection.box);
    const certain = certainWith(track.certain, track.detection, frames, timeMs, policy);
    return { ...track, motion, lastSeenMs: timeMs, frames: track.frames + frames, certain };
  });
  return { ...state, lastFrameMs: timeMs, tracks };
}

/** Whether a track has lasted long enough to be announced. */
export function isConfirmed({ certain, firstSeenMs }: Track): boolean {
  const { frames, lastMs } = certain;
  return frames >= CONFIRMING_FRAMES || (frames >= 2 && lastMs - firstSeenMs >= CONFIRMING_MS);
}

/**
 * The events of a track that has ended. A verdict that was still open comes before `left`. A flicker of the detector has no
 * events: found for certain once or twice, and then not, in as many frames as would have confirmed it; or never for certain.
 */
export function closingEvents(track: Track, policy: TrackPolicy): TrackEvent[] {
  if (!track.announced) {
    const without = track.frames - track.certain.frames + track.missed;
    if (track.certain.frames === 0 || without >= CONFIRMING_FRAMES) return [];
    return [{ kind: 'appeared', track }, ...closingEvents({ ...track, announced: true }, policy)];
  }
  const reported = track.verdict && allowed(track, track.verdict);
  if (reported && reported === track.verdict)
    return [{ kind: 'left', track, verdict: atBest(track, reported, policy) }];
  const verdict = allowed(track, conclude(track.evidence, policy));
  // One that was denied since the last frame.
  const withdrawn = track.verdict?.kind === 'known' ? track.verdict.match.person : null;
  const last: TrackEvent[] =
    verdict.kind === 'unusable' ? [] : [{ kind: 'verdict', track, verdict, withdrawn }];
  return [...last, { kind: 'left', track, verdict }];
}

/** The verdict with the most similar look, before or after it was reported. */
function atBest({ evidence }: Track, verdict: Verdict, policy: TrackPolicy): Verdict {
  if (verdict.kind !== 'known') return verdict;
  const best = supports(evidence, policy).find(({ person }) => person === verdict.match.person)?.best;
  return { kind: 'known', match: best && best.similarity > verdict.match.similarity ? best : verdict.match };
}

/** Where a track is now. */
export function whereabouts(track: Track): Whereabouts {
  const { detection, motion, lastSeenMs, frames, certain, unwatchedMs } = track;
  return { detection, motion, lastSeenMs, frames, certain, unwatchedMs };
}
