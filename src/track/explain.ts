import { writtenApart } from '../core/rounded.js';
import type { Match } from '../face/match.js';
import { wrongOdds } from '../face/odds.js';
import type { Quality, QualityLimits } from '../face/quality.js';
import { nearestLook } from './evidence.js';
import { weighedOf } from './oddsRule.js';
import { agreeingLooks } from './reason.js';
import type { Evidence, TrackPolicy } from './state.js';
import type { Verdict } from './verdict.js';
import { isGoodLook, thresholdOf } from './verdict.js';

/** One test that a verdict rests on, such as `similarity 0.31 < 0.35`. */
export interface Check {
  /** What was measured, such as `similarity` or `eye distance`. */
  name: string;
  /** null where there is no number. */
  value: number | null;
  /** null where the value has no limit. */
  limit: number | null;
  passed: boolean;
  /** The check as text, with its unit. */
  text: string;
}

/** Why a verdict is what it is. */
export interface Explanation {
  checks: Check[];
  /** Number of looks taken, and of those that could be judged. */
  looks: number;
  usable: number;
}

/** Lists everything that a verdict rests on, as numbers and as text. */
export function explain(
  evidence: Evidence,
  verdict: Verdict,
  policy: TrackPolicy,
  limits: QualityLimits,
): Explanation {
  const quality = verdict.kind === 'unusable' ? evidence.failed?.quality : nearestLook(evidence)?.quality;
  return {
    checks: [
      ...(verdict.kind === 'unusable' ? [] : ofName(evidence, verdict.match, policy)),
      ...(quality ? ofQuality(quality, limits) : []),
    ],
    looks: evidence.looks,
    usable: evidence.usable,
  };
}

function ofName(evidence: Evidence, match: Match | null, policy: TrackPolicy): Check[] {
  const { kept, combined } = evidence;
  if (!match) {
    const limit = policy.threshold;
    return [{ name: 'similarity', value: null, limit, passed: false, text: 'nobody in the gallery' }];
  }
  const threshold = thresholdOf(match, policy);
  const agreeing = agreeingLooks(evidence, match.person, policy);
  const good = kept.filter((look) => isGoodLook(look.quality)).length;
  return [
    atLeast('similarity', match.similarity, threshold),
    ...(policy.odds
      ? []
      : [atLeast('similarity that is enough in one look', match.similarity, threshold + policy.sureBy)]),
    ...(combined
      ? [atLeast('similarity of all looks together', combined.similarity, thresholdOf(combined, policy))]
      : []),
    ...ofOdds(evidence, match, agreeing, policy),
    ...(match.margin === null ? [] : [atLeast('margin', match.margin, policy.margin)]),
    ...(policy.odds
      ? []
      : [atLeast('looks that agree', agreeing, policy.confirmLooks, 0, ` of ${kept.length}`)]),
    {
      name: 'good looks',
      value: good,
      limit: null,
      passed: good > 0,
      text: `good looks ${good} of ${kept.length}`,
    },
  ];
}

function ofOdds(evidence: Evidence, match: Match, agreeing: number, policy: TrackPolicy): Check[] {
  const { odds } = policy;
  const weighed = weighedOf(evidence, policy);
  if (odds === null || weighed === null) return [];
  return [
    atLeast('weighed similarity', weighed, thresholdOf(match, policy)),
    atMost('odds that the name is wrong', wrongOdds(weighed, odds), odds.falseNames, 4),
    {
      name: 'looks that agree',
      value: agreeing,
      limit: null,
      passed: agreeing > 0,
      text: `looks that agree ${agreeing} of ${evidence.kept.length}`,
    },
  ];
}

function ofQuality(quality: Quality, limits: QualityLimits): Check[] {
  const { landmarksInOrder: inOrder } = quality;
  return [
    atLeast('score', quality.score, limits.minScore),
    atLeast('size', quality.sizePx, limits.minSizePx, 0, ' px'),
    {
      name: 'landmarks',
      value: null,
      limit: null,
      passed: inOrder,
      text: `landmarks ${inOrder ? '' : 'not '}in order`,
    },
    atMost('flatness', quality.flatness, limits.maxFlatness, 2),
    atMost('yaw', Math.abs(quality.yawDeg), limits.maxYawDeg, 0, '°'),
    atMost('pitch', Math.abs(quality.pitchDeg), limits.maxPitchDeg, 0, '°'),
    {
      name: 'visibility',
      value: quality.visibility,
      limit: null,
      passed: true,
      text: `visibility ${quality.visibility.toFixed(2)}`,
    },
    ...(quality.sharpness === null ? [] : [atLeast('sharpness', quality.sharpness, limits.minSharpness, 3)]),
  ];
}

function atLeast(name: string, value: number, limit: number, digits = 2, unit = ''): Check {
  const passed = value >= limit;
  return {
    name,
    value,
    limit,
    passed,
    text: comparison(name, value, passed ? '>=' : '<', limit, digits, unit),
  };
}

function atMost(name: string, value: number, limit: number, digits: number, unit = ''): Check {
  const passed = value <= limit;
  return {
    name,
    value,
    limit,
    passed,
    text: comparison(name, value, passed ? '<=' : '>', limit, digits, unit),
  };
}

/** `similarity 0.31 < 0.35`, with as many digits as keep the two apart. */
function comparison(
  name: string,
  value: number,
  sign: string,
  limit: number,
  digits: number,
  unit: string,
): string {
  const [a, b] = writtenApart(value, limit, digits);
  return `${name} ${a}${unit} ${sign} ${b}`;
}
