import type { Match, Quality, Verdict } from '../types.js';
import type { Evidence, TrackPolicy } from './state.js';

/** A look this good leaves no excuse: whoever it shows would be recognised. */
const GOOD = { sizePx: 48, yawDeg: 45, pitchDeg: 40, sharpness: 0.08, score: 0.65 };
/** Good looks that call somebody unknown. */
const GOOD_LOOKS = 3;
/** Of all usable looks, the part that must agree on a person: while more may come, and when the track has ended. */
const AGREEING_SO_FAR = 1 / 3;
const AGREEING = 0.5;

/** The verdict on one look by itself. */
export function judgeLook(
  match: Match | null,
  { threshold, margin }: Pick<TrackPolicy, 'threshold' | 'margin'>,
): Verdict {
  if (!match || match.similarity < threshold) return { kind: 'unknown', match };
  if (match.margin !== null && match.margin < margin) return { kind: 'ambiguous', match };
  return { kind: 'known', match };
}

/** True when a look is good enough that a known person would have been named. */
export function isGoodLook(quality: Quality): boolean {
  return (
    quality.sizePx >= GOOD.sizePx &&
    Math.abs(quality.yawDeg) <= GOOD.yawDeg &&
    Math.abs(quality.pitchDeg) <= GOOD.pitchDeg &&
    (quality.sharpness ?? 0) >= GOOD.sharpness &&
    quality.score >= GOOD.score
  );
}

/**
 * The verdict that the gathered evidence allows, or null while it should wait for more.
 *
 * A name needs one sure look or several that agree. "Unknown" and "ambiguous" need good looks, or time: somebody far
 * away or turned aside may still be recognised when coming nearer.
 *
 * @param ageMs how long the face has been followed
 */
export function decide(evidence: Evidence, ageMs: number, policy: TrackPolicy): Verdict | null {
  const named = leader(evidence);
  if (named && named.looks > named.rivalLooks) {
    const sure = named.best.similarity >= policy.threshold + policy.sureBy;
    const agreed = named.looks >= policy.confirmLooks && named.looks >= AGREEING_SO_FAR * evidence.usable;
    if (sure || agreed) return { kind: 'known', match: named.best };
  }
  const enough =
    evidence.good >= GOOD_LOOKS || (evidence.usable >= GOOD_LOOKS && ageMs >= policy.unknownAfterMs);
  return enough ? settle(evidence) : null;
}

/** The last word on a track that has ended: whatever the evidence says, be it little. */
export function conclude(evidence: Evidence): Verdict {
  const named = leader(evidence);
  if (named && named.looks > named.rivalLooks && named.looks >= AGREEING * evidence.usable) {
    return { kind: 'known', match: named.best };
  }
  return settle(evidence);
}

/** Nobody's name: two who cannot be told apart, nobody, or no look worth judging. */
function settle(evidence: Evidence): Verdict {
  const match = evidence.nearest?.match ?? null;
  if (evidence.usable === 0) return { kind: 'unusable', reason: evidence.unusable ?? 'low_score' };
  const undecided =
    evidence.ambiguous + [...evidence.people.values()].reduce((sum, { looks }) => sum + looks, 0);
  if (match && undecided > AGREEING * evidence.usable) return { kind: 'ambiguous', match };
  return { kind: 'unknown', match };
}

/** The person named most often, and how often anybody else was. */
function leader({ people }: Evidence): { looks: number; best: Match; rivalLooks: number } | null {
  const byLooks = [...people.values()].sort(
    (a, b) => b.looks - a.looks || b.best.similarity - a.best.similarity,
  );
  if (byLooks.length === 0) return null;
  return { ...byLooks[0], rivalLooks: byLooks[1]?.looks ?? 0 };
}
