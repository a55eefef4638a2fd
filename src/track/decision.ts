import type { Match } from '../face/match.js';
import { nearestLook } from './evidence.js';
import { isSurelyUnknown, judgeTogether } from './oddsRule.js';
import type { Evidence, TrackPolicy } from './state.js';
import { leads, nameByThreshold, supports } from './thresholdRule.js';
import { clarityOf, isGoodLook, judgeMatch, type Limits, type Verdict } from './verdict.js';

/** Number of good looks that make a face unknown. */
const GOOD_LOOKS = 3;
/** The part of the usable looks that must agree on a person when the track has ended. */
const AGREEING = 0.5;

/**
 * The verdict that the evidence so far allows; null while it should wait for more.
 *
 * A name needs odds that it is right, or where threshold and margin decide, one sure look or several that agree. "Unknown" and
 * "ambiguous" need good looks, or time: a person far away or turned aside may still be recognised when coming nearer.
 *
 * @param ageMs age of the track, ms
 */
export function decide(evidence: Evidence, ageMs: number, policy: TrackPolicy): Verdict | null {
  const named = nameOf(evidence, policy);
  if (named) return { kind: 'known', match: named };
  const good = evidence.kept.filter(({ quality }) => isGoodLook(quality)).length;
  const isClear = good >= GOOD_LOOKS && isSurelyUnknown(evidence, policy);
  const isTime = evidence.usable >= GOOD_LOOKS && ageMs >= policy.unknownAfterMs;
  return isClear || isTime ? settle(evidence, policy) : null;
}

/** The verdict on a track that has ended, however little evidence there is. */
export function conclude(evidence: Evidence, policy: TrackPolicy): Verdict {
  if (policy.odds) {
    const named = nameOf(evidence, policy);
    return named ? { kind: 'known', match: named } : settle(evidence, policy);
  }
  const [named, rival] = supports(evidence, policy);
  if (named && leads(named, rival) && named.looks.length >= AGREEING * evidence.kept.length)
    return { kind: 'known', match: named.best };
  return settle(evidence, policy);
}

/** A verdict without a name: ambiguous, unknown, or unusable without a look that could be judged. */
export function settle(evidence: Evidence, policy: Limits): Verdict {
  if (evidence.kept.length === 0) return { kind: 'unusable', reason: evidence.failed?.reason ?? 'low_score' };
  const match = nearestLook(evidence)?.match ?? null;
  if (policy.odds) {
    const verdict = judgeTogether(evidence, policy);
    return verdict.kind === 'ambiguous' ? verdict : { kind: 'unknown', match };
  }
  const undecided = evidence.kept.filter(
    (look) => judgeMatch(look.match, policy, clarityOf(look.quality)).kind !== 'unknown',
  ).length;
  if (match && undecided > AGREEING * evidence.kept.length) return { kind: 'ambiguous', match };
  return { kind: 'unknown', match };
}

function nameOf(evidence: Evidence, policy: TrackPolicy): Match | null {
  if (!policy.odds) return nameByThreshold(evidence, policy);
  const verdict = judgeTogether(evidence, policy);
  if (verdict.kind !== 'known') return null;
  // What is reported is the most similar look or all together, whichever shows the person better.
  const nearest = nearestLook(evidence)?.match;
  const isBetter = nearest?.person === verdict.match.person && nearest.similarity > verdict.match.similarity;
  return isBetter ? nearest : verdict.match;
}
