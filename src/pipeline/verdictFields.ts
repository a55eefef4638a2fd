import type { Box, RoundBox } from '../core/geometry.js';
import { roundedApart } from '../core/rounded.js';
import type { TrackFields } from '../events/event.js';
import type { Match } from '../face/match.js';
import type { Quality, QualityLimits } from '../face/quality.js';
import { type Explanation, explain } from '../track/explain.js';
import { oddsOf, reasonOf } from '../track/reason.js';
import type { Evidence, TrackPolicy } from '../track/state.js';
import { thresholdOf, type Verdict } from '../track/verdict.js';

/** What is said of a verdict. */
export type VerdictFields = Required<
  Pick<
    TrackFields,
    | 'person'
    | 'reason'
    | 'odds'
    | 'explain'
    | 'similarity'
    | 'threshold'
    | 'margin'
    | 'runnerUp'
    | 'candidates'
  >
>;

/** A verdict with the numbers behind it, rounded for people to read. */
export function verdictFields(
  evidence: Evidence,
  verdict: Verdict,
  policy: TrackPolicy,
  limits: QualityLimits,
): VerdictFields & { reason: string; explain: Explanation } {
  const match = verdict.kind === 'unusable' ? null : verdict.match;
  const least = verdict.kind === 'unusable' ? null : thresholdOf(match, policy);
  const [similarity, threshold] = roundPair(match?.similarity ?? null, least);
  return {
    person: verdict.kind === 'known' ? verdict.match.person : null,
    reason: reasonOf(evidence, verdict, policy),
    odds: significant(oddsOf(evidence, verdict, policy)),
    explain: roundExplanation(explain(evidence, verdict, policy, limits)),
    similarity,
    threshold,
    margin: match?.margin == null ? null : round(match.margin, 4),
    runnerUp: verdict.kind === 'known' ? verdict.match.runnerUp : null,
    candidates: verdict.kind === 'ambiguous' ? candidates(verdict.match) : null,
  };
}

/** Rounds a box to a tenth of a pixel. */
export function roundBox({ x1, y1, x2, y2 }: Box): RoundBox {
  return [round(x1, 1), round(y1, 1), round(x2, 1), round(y2, 1)];
}

/** Rounds the measures of a face; none is accurate to more digits. */
export function roundQuality(quality: Quality): Quality {
  return {
    ...quality,
    sizePx: round(quality.sizePx, 1),
    score: round(quality.score, 3),
    yawDeg: round(quality.yawDeg, 1),
    pitchDeg: round(quality.pitchDeg, 1),
    rollDeg: round(quality.rollDeg, 1),
    flatness: round(quality.flatness, 3),
    visibility: round(quality.visibility, 2),
    sharpness: quality.sharpness === null ? null : round(quality.sharpness, 3),
  };
}

function candidates({ person, runnerUp }: Match): string[] {
  return runnerUp === null ? [person] : [person, runnerUp];
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** With four digits, or as many as keep a value on its side of its limit. */
function roundPair(value: number | null, limit: number | null): [number | null, number | null] {
  if (value !== null && limit !== null) return roundedApart(value, limit, 4);
  return [value === null ? null : round(value, 4), limit === null ? null : round(limit, 4)];
}

/** With two significant digits: odds span many orders of magnitude. */
function significant(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(2));
}

function roundExplanation(explanation: Explanation): Explanation {
  const checks = explanation.checks.map((check) => {
    const [value, limit] = roundPair(check.value, check.limit);
    return { ...check, value, limit };
  });
  return { ...explanation, checks };
}
