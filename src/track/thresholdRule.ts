import type { Match } from '../face/match.js';
import type { Evidence, KeptLook, TrackPolicy } from './state.js';
import { CLEAR, clarityOf, judgeMatch, type Limits, thresholdOf } from './verdict.js';

/** The part of the usable looks that must agree on a person while more may come. */
const AGREEING_SO_FAR = 1 / 3;
/** The part of the usable looks that must be most similar to the person whom their sum matches. */
const AGREEING_NEAREST = 2 / 3;
/** A person leads with this many times the strength of any other. */
const LEAD = 1.25;

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
    const verdict = judgeMatch(look.match, policy, clarityOf(look.quality));
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

/** Whether one look is enough for a person's name. */
export function isSure({ best }: Support, policy: TrackPolicy): boolean {
  return best.similarity >= thresholdOf(best, policy) + policy.sureBy;
}

/** Whether a person has clearly more support than the next one. */
export function leads(person: Support, rival: Support | undefined): boolean {
  return !rival || person.strength > LEAD * rival.strength;
}

/** The person whom the evidence names when threshold and margin decide; null while it names nobody. */
export function nameByThreshold(evidence: Evidence, policy: TrackPolicy): Match | null {
  const { kept, combined } = evidence;
  const [named, rival] = supports(evidence, policy);
  if (named && leads(named, rival)) {
    const agreed =
      named.looks.length >= policy.confirmLooks && named.looks.length >= AGREEING_SO_FAR * kept.length;
    if (agreed || isSure(named, policy)) return named.best;
  }
  const together = judgeMatch(combined, policy, CLEAR);
  if (together.kind !== 'known' || kept.length < policy.confirmLooks) return null;
  if (named && named.person !== together.match.person) return null;
  const nearest = kept.filter(({ match }) => match?.person === together.match.person).length;
  return nearest >= AGREEING_NEAREST * kept.length ? together.match : null;
}
