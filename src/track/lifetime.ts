import type { Detection } from '../face/detection.js';
import { beginMotion } from './kalman.js';
import { NO_EVIDENCE, type Track, type TrackEvent, type TrackPolicy } from './state.js';
import type { Verdict } from './verdict.js';
import { conclude, supports } from './verdict.js';

/** A real face stays: it is told once it was found this often, or twice over this time. */
const STAYING_FRAMES = 3;
const STAYING_MS = 100;

/** A face that is seen for the first time. */
export function newTrack(number: number, detection: Detection, timeMs: number): Track {
  return {
    number,
    detection,
    motion: beginMotion(detection.box),
    firstSeenMs: timeMs,
    lastSeenMs: timeMs,
    frames: 1,
    missed: 0,
    announced: false,
    lastLookMs: null,
    doubt: null,
    evidence: NO_EVIDENCE,
    revised: false,
    verdict: null,
    reported: [],
  };
}

/** Whether a face has been there long enough to be told of. */
export function stays({ frames, firstSeenMs, lastSeenMs }: Track): boolean {
  return frames >= STAYING_FRAMES || (frames >= 2 && lastSeenMs - firstSeenMs >= STAYING_MS);
}

/**
 * What is told when a track has ended. A verdict that was still open comes before the leaving; a flicker, found once or
 * twice and then missed in as many frames as would have confirmed it, is not told at all.
 */
export function farewell(track: Track, policy: TrackPolicy): TrackEvent[] {
  if (!track.announced) {
    if (track.missed >= STAYING_FRAMES) return [];
    return [{ kind: 'appeared', track }, ...farewell({ ...track, announced: true }, policy)];
  }
  if (track.verdict) return [{ kind: 'left', track, verdict: atBest(track, track.verdict, policy) }];
  const verdict = conclude(track.evidence, policy);
  const reported: TrackEvent[] =
    verdict.kind === 'unusable' ? [] : [{ kind: 'verdict', track, verdict, withdrawn: null }];
  return [...reported, { kind: 'left', track, verdict }];
}

/** The verdict with the clearest look there was, before or after it was reported. */
function atBest({ evidence }: Track, verdict: Verdict, policy: TrackPolicy): Verdict {
  if (verdict.kind !== 'known') return verdict;
  const best = supports(evidence, policy).find(({ person }) => person === verdict.match.person)?.best;
  return { kind: 'known', match: best && best.similarity > verdict.match.similarity ? best : verdict.match };
}
