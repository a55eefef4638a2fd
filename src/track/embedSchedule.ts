import { geometricQuality, lookWeight } from '../face/quality.js';
import type { Track, TrackPolicy } from './state.js';
import { CONFIRM_MS } from './suspicion.js';

/** The first looks are taken on every frame, so that the name comes soon. */
const EAGER_LOOKS = 3;
/** A view is clearly better when it has this many times the weight of the best one so far. */
const BETTER_VIEW = 1.5;
/** Without a name, looks are spread over the time that the face is in view: each comes after this part of it. */
const SPREAD = 1 / 4;

/** Whether a track's face is to be embedded in this frame. @param timeMs media time of the frame */
export function isEmbeddingDue(track: Track, timeMs: number, policy: TrackPolicy): boolean {
  if (track.lastLookMs === null || track.doubt) return true;
  if (!track.verdict && track.evidence.usable < EAGER_LOOKS) return true;
  const sinceMs = timeMs - track.lastLookMs;
  if (track.suspicion) return sinceMs >= CONFIRM_MS;
  if (sinceMs >= pauseOf(track, policy)) return true;
  // The look that lets an open verdict be settled.
  const isOverdue = !track.verdict && timeMs - track.firstSeenMs >= policy.unknownAfterMs;
  return sinceMs >= policy.lookEveryMs && (isOverdue || isBetterView(track));
}

/**
 * The time until the next look, ms. A face without a name may be somebody known whose looks were poor so far, so it is looked at
 * again soon, and then ever less often: looks close in time show the same, and the number of frames per second must not decide.
 */
function pauseOf({ verdict, firstSeenMs, lastLookMs }: Track, policy: TrackPolicy): number {
  if (verdict?.kind === 'known') return policy.relookEveryMs;
  const inViewMs = (lastLookMs ?? firstSeenMs) - firstSeenMs;
  return Math.max(policy.lookEveryMs, Math.min(policy.relookEveryMs, SPREAD * inViewMs));
}

/** Clearly bigger, more frontal or more certain than the best look; sharpness is only known after a look. */
function isBetterView({ evidence, detection }: Track): boolean {
  const best = Math.max(...evidence.kept.map(({ quality }) => viewWeight(quality)));
  return evidence.kept.length > 0 && viewWeight(geometricQuality(detection)) >= BETTER_VIEW * best;
}

function viewWeight(quality: ReturnType<typeof geometricQuality>): number {
  return lookWeight({ ...quality, sharpness: null });
}
