import { geometricQuality, lookWeight } from '../face/quality.js';
import type { Track, TrackPolicy } from './state.js';

/** Looks at the very beginning come on every frame: the sooner the name. */
const EAGER_LOOKS = 3;
/** A view counts as clearly better when it is worth this many times the best one so far. */
const BETTER_VIEW = 1.5;

/** Whether a face is worth a close look in this frame. */
export function isLookDue(track: Track, timeMs: number, policy: TrackPolicy): boolean {
  if (track.lastLookMs === null || track.doubt) return true;
  if (!track.verdict && track.evidence.usable < EAGER_LOOKS) return true;
  const sinceMs = timeMs - track.lastLookMs;
  if (sinceMs >= (track.verdict ? policy.relookEveryMs : policy.lookEveryMs)) return true;
  return track.verdict !== null && sinceMs >= policy.lookEveryMs && isBetterView(track);
}

/** Bigger, more frontal or more certain by a clear step than the best look; how sharp it is only a look can tell. */
function isBetterView({ evidence, detection }: Track): boolean {
  const best = Math.max(...evidence.kept.map(({ quality }) => viewWeight(quality)));
  return evidence.kept.length > 0 && viewWeight(geometricQuality(detection)) >= BETTER_VIEW * best;
}

function viewWeight(quality: ReturnType<typeof geometricQuality>): number {
  return lookWeight({ ...quality, sharpness: null });
}
