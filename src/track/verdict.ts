import type { Match } from '../face/match.js';
import type { Quality, UnusableReason } from '../face/quality.js';
import { nearestLook } from './evidence.js';
import type { Evidence, KeptLook, TrackPolicy } from './state.js';

/** Exhaustive: every face gets exactly one. `match` is the nearest person, null when the gallery is empty. */
export type Verdict =
  | { kind: 'known'; match: Match }
  | { kind: 'ambiguous'; match: Match }
  | { kind: 'unknown'; match: Match | null }
  | { kind: 'unusable'; reason: UnusableReason };

export type VerdictKind = Verdict['kind'];

/** A look this good leaves no excuse: whoever it shows would be recognised. */
const GOOD = { sizePx: 48, yawDeg: 45, pitchDeg: 40, sharpness: 0.08, score: 0.65 };
/** Good looks that call somebody unknown. */
const GOOD_LOOKS = 3;
/** Of all usable looks, the part that must agree on a person: while more may come, and when the track has ended. */
const AGREEING_SO_FAR = 1 / 3;
const AGREEING = 0.5;
/** Of all usable looks, the part that must be nearest to the person to whom all together are near enough. */
const AGREEING_NEAREST = 2 / 3;
/** How much more must speak for a person than for any other. */
const LEAD = 1.25;

/** What the names rest on: numbers of the configuration. */
type Limits = Pick<TrackPolicy, 'threshold' | 'margin'>;

/** The cosine from which a match counts: the person's own threshold, else the camera's. */
export function thresholdOf(match: Match | null, { threshold }: Pick<TrackPolicy, 'threshold'>): number {
  return match?.threshold ?? threshold;
}

/** The verdict on one look by itself, or on all of them together. */
export function judgeLook(match: Match | null, policy: Limits): Verdict {
  if (!match || match.similarity < thresholdOf(match, policy)) return { kind: 'unknown', match };
  if (match.margin !== null && match.margin < policy.margin) return { kind: 'ambiguous', match };
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

/** What speaks for one person. */
export interface Support {
  person: string;
  /** Looks that are this person clearly, each by itself. */
  looks: readonly KeptLook[];
  /** The nearest of them. */
  best: Match;
  /** Their weights, each times its similarity. */
  strength: number;
}

/** Everybody for whom a look speaks, the strongest first. */
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
 * The verdict that the gathered evidence allows, or null while it should wait for more.
 *
 * A name needs one sure look, or several that agree, or several that together are near enough to the person to whom
 * most of them are nearest. "Unknown" and "ambiguous" need good looks, or time: somebody far away or turned aside may
 * still be recognised when coming nearer.
 *
 * @param ageMs how long the face has been followed
 */
export function decide(evidence: Evidence, ageMs: number, policy: TrackPolicy): Verdict | null {
  const named = nameOf(evidence, policy);
  if (named) return { kind: 'known', match: named };
  const good = evidence.kept.filter(({ quality }) => isGoodLook(quality)).length;
  const enough = good >= GOOD_LOOKS || (evidence.usable >= GOOD_LOOKS && ageMs >= policy.unknownAfterMs);
  return enough ? settle(evidence, policy) : null;
}

/** The last word on a track that has ended: whatever the evidence says, be it little. */
export function conclude(evidence: Evidence, policy: Limits): Verdict {
  const [named, rival] = supports(evidence, policy);
  if (named && leads(named, rival) && named.looks.length >= AGREEING * evidence.kept.length)
    return { kind: 'known', match: named.best };
  return settle(evidence, policy);
}

/** Nobody's name: two who cannot be told apart, nobody, or no look worth judging. */
export function settle(evidence: Evidence, policy: Limits): Verdict {
  if (evidence.kept.length === 0) return { kind: 'unusable', reason: evidence.failed?.reason ?? 'low_score' };
  const match = nearestLook(evidence)?.match ?? null;
  const undecided = evidence.kept.filter((look) => judgeLook(look.match, policy).kind !== 'unknown').length;
  if (match && undecided > AGREEING * evidence.kept.length) return { kind: 'ambiguous', match };
  return { kind: 'unknown', match };
}

/** Whether one look of a person is enough by itself. */
export function isSure({ best }: Support, policy: TrackPolicy): boolean {
  return best.similarity >= thresholdOf(best, policy) + policy.sureBy;
}

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
