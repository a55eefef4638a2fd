import type { Match } from '../face/match.js';
import type { Quality, UnusableReason } from '../face/quality.js';
import { nearestLook } from './evidence.js';
import type { Evidence, KeptLook, TrackPolicy } from './state.js';

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
/** Number of good looks that make a face unknown. */
const GOOD_LOOKS = 3;
/** The part of the usable looks that must agree on a person: while more may come, and when the track has ended. */
const AGREEING_SO_FAR = 1 / 3;
const AGREEING = 0.5;
/** The part of the usable looks that must be most similar to the person whom their sum matches. */
const AGREEING_NEAREST = 2 / 3;
/** A person leads with this many times the strength of any other. */
const LEAD = 1.25;

/** The limits that a name depends on. */
type Limits = Pick<TrackPolicy, 'threshold' | 'margin'>;

/** The similarity from which a match is a name, -1..1: the person's own threshold, else the camera's. */
export function thresholdOf(match: Match | null, { threshold }: Pick<TrackPolicy, 'threshold'>): number {
  return match?.threshold ?? threshold;
}

/** The verdict on a single match: that of one look, or of the sum of all. */
export function judgeLook(match: Match | null, policy: Limits): Verdict {
  if (!match || match.similarity < thresholdOf(match, policy)) return { kind: 'unknown', match };
  if (match.margin !== null && match.margin < policy.margin) return { kind: 'ambiguous', match };
  return { kind: 'known', match };
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

/** The evidence for one person. */
export interface Support {
  person: string;
  /** Looks whose own verdict is this person. */
  looks: readonly KeptLook[];
  /** The most similar of them. */
  best: Match;
  /** Sum of their weights times their similarities. */
  strength: number;
}

/** The support of every person whom a look matches, the strongest first. */
export function supports({ kept }: Evidence, policy: Limits): Support[] {
  const people = new Map<string, KeptLook[]>();
  for (const look of kept) {
    const verdict = judgeLook(look.match, policy);
    if (verdict.kind !== 'known') continue;
    const { person } = verdict.match;
    people.set(person, [...(people.get(person) ?? []), look]);
  }
  return [...people]
    .map(([person, looks]) => ({
      person,
      looks,
      best: looks.reduce<Match | null>(nearer, null) as Match,
      strength: looks.reduce((sum, { weight, match }) => sum + weight * (match?.similarity ?? 0), 0),
    }))
    .sort((a, b) => b.strength - a.strength);
}

function nearer(best: Match | null, { match }: KeptLook): Match | null {
  return best && match && best.similarity >= match.similarity ? best : match;
}

/**
 * The verdict that the evidence so far allows; null while it should wait for more.
 *
 * A name needs one sure look, or several that agree, or several whose sum matches the person to whom most of them are most
 * similar. "Unknown" and "ambiguous" need good looks, or time: a person far away or turned aside may still be recognised
 * when coming nearer.
 *
 * @param ageMs age of the track, ms
 */
export function decide(evidence: Evidence, ageMs: number, policy: TrackPolicy): Verdict | null {
  const named = nameOf(evidence, policy);
  if (named) return { kind: 'known', match: named };
  const good = evidence.kept.filter(({ quality }) => isGoodLook(quality)).length;
  const enough = good >= GOOD_LOOKS || (evidence.usable >= GOOD_LOOKS && ageMs >= policy.unknownAfterMs);
  return enough ? settle(evidence, policy) : null;
}

/** The verdict on a track that has ended, however little evidence there is. */
export function conclude(evidence: Evidence, policy: Limits): Verdict {
  const [named, rival] = supports(evidence, policy);
  if (named && leads(named, rival) && named.looks.length >= AGREEING * evidence.kept.length)
    return { kind: 'known', match: named.best };
  return settle(evidence, policy);
}

/** A verdict without a name: ambiguous, unknown, or unusable without a look that could be judged. */
export function settle(evidence: Evidence, policy: Limits): Verdict {
  if (evidence.kept.length === 0) return { kind: 'unusable', reason: evidence.failed?.reason ?? 'low_score' };
  const match = nearestLook(evidence)?.match ?? null;
  const undecided = evidence.kept.filter((look) => judgeLook(look.match, policy).kind !== 'unknown').length;
  if (match && undecided > AGREEING * evidence.kept.length) return { kind: 'ambiguous', match };
  return { kind: 'unknown', match };
}

/** Whether one look is enough for a person's name. */
export function isSure({ best }: Support, policy: TrackPolicy): boolean {
  return best.similarity >= thresholdOf(best, policy) + policy.sureBy;
}

/** Whether a person has clearly more support than the next one. */
export function leads(person: Support, rival: Support | undefined): boolean {
  return !rival || person.strength > LEAD * rival.strength;
}

function nameOf(evidence: Evidence, policy: TrackPolicy): Match | null {
  const { kept, combined } = evidence;
  const [named, rival] = supports(evidence, policy);
  if (named && leads(named, rival)) {
    const agreed =
      named.looks.length >= policy.confirmLooks && named.looks.length >= AGREEING_SO_FAR * kept.length;
    if (agreed || isSure(named, policy)) return named.best;
  }
  const together = judgeLook(combined, policy);
  if (together.kind !== 'known' || kept.length < policy.confirmLooks) return null;
  if (named && named.person !== together.match.person) return null;
  const nearest = kept.filter(({ match }) => match?.person === together.match.person).length;
  return nearest >= AGREEING_NEAREST * kept.length ? together.match : null;
}
