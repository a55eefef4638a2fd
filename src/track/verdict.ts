import type { Match } from '../face/match.js';
import { type Comparison, type LookClass, lookClass, rivalOdds, weighedSimilarity } from '../face/odds.js';
import type { Quality, UnusableReason } from '../face/quality.js';
import type { TrackPolicy } from './state.js';

/** Every face has exactly one of these. `match` is the most similar person, null when the gallery is empty. */
export type Verdict =
  | { kind: 'known'; match: Match }
  | { kind: 'ambiguous'; match: Match }
  | { kind: 'unknown'; match: Match | null }
  | { kind: 'unusable'; reason: UnusableReason };

/** The kinds of {@link Verdict}. */
export type VerdictKind = Verdict['kind'];

/** A look at least this good would have recognised a known person. */
const GOOD = { sizePx: 48, yawDeg: 45, pitchDeg: 40, sharpness: 0.08, score: 0.65 };
/** With these odds that the runner-up is the right one, two people are too close to call. */
const TOO_CLOSE = 0.05;

/** The limits that a name depends on. */
export type Limits = Pick<TrackPolicy, 'threshold' | 'margin' | 'odds'>;

/** How clearly a look shows the face: its class and sharpness. For a track, that of its heaviest look. */
export type Clarity = Pick<Comparison, 'sharpness'> & { look: LookClass };

/** Of looks whose quality is not known, or is in their weights: taken for sharp and frontal. */
export const CLEAR: Clarity = { look: 'frontal', sharpness: null };

/** How clearly a look of this quality shows the face. */
export function clarityOf(quality: Quality): Clarity {
  return { look: lookClass(quality), sharpness: quality.sharpness };
}

/** The similarity from which a match is a name, -1..1: the person's own threshold, else the camera's. */
export function thresholdOf(match: Match | null, { threshold }: Pick<TrackPolicy, 'threshold'>): number {
  return match?.threshold ?? threshold;
}

/** A match as it is weighed. */
export function comparisonOf({ similarity, margin }: Match, { sharpness }: Clarity): Comparison {
  return { similarity, runnerUp: margin === null ? null : similarity - margin, sharpness };
}

/** The verdict on a single match: that of one look, or of the sum of all. */
export function judgeMatch(match: Match | null, policy: Limits, clarity: Clarity): Verdict {
  if (!match) return { kind: 'unknown', match };
  const { odds } = policy;
  const comparison = comparisonOf(match, clarity);
  const weighed = odds ? weighedSimilarity(comparison, odds) : match.similarity;
  if (weighed < thresholdOf(match, policy)) return { kind: 'unknown', match };
  const isClose = match.margin !== null && match.margin < policy.margin;
  const isRivalled = odds !== null && rivalOdds(comparison, odds, clarity.look) > TOO_CLOSE;
  return isClose || isRivalled ? { kind: 'ambiguous', match } : { kind: 'known', match };
}

/** Whether a look is good enough that a known person would have been named. */
export function isGoodLook(quality: Quality): boolean {
  return (
    quality.sizePx >= GOOD.sizePx &&
    Math.abs(quality.yawDeg) <= GOOD.yawDeg &&
    Math.abs(quality.pitchDeg) <= GOOD.pitchDeg &&
    (quality.sharpness ?? 0) >= GOOD.sharpness &&
    quality.score >= GOOD.score
  );
}
