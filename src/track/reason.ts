import { plural } from '../core/plural.js';
import { writtenApart } from '../core/rounded.js';
import type { Match } from '../face/match.js';
import { strangerShare, wrongOdds } from '../face/odds.js';
import { causeOf } from './cause.js';
import { matchOf, weighedOf } from './oddsRule.js';
import { oneIn } from './oddsText.js';
import type { Evidence, TrackPolicy } from './state.js';
import { supports } from './thresholdRule.js';
import { thresholdOf, type Verdict } from './verdict.js';

/** Odds that the reported name is wrong, 0..1; null without a name, or where threshold and margin decide. */
export function oddsOf(evidence: Evidence, verdict: Verdict, policy: TrackPolicy): number | null {
  const weighed = weighedOf(evidence, policy);
  if (verdict.kind !== 'known' || !policy.odds || weighed === null) return null;
  return Math.min(1, wrongOdds(weighed, policy.odds));
}

/**
 * One sentence: why the verdict on a track is what it is. It begins with {@link causeOf}, up to the first semicolon; the numbers
 * behind it follow.
 */
export function reasonOf(evidence: Evidence, verdict: Verdict, policy: TrackPolicy): string {
  const cause = causeOf(evidence, verdict, policy);
  if (verdict.kind === 'unusable' || !verdict.match) return cause;
  const { kind, match } = verdict;
  return [cause, ...detailsOf(evidence, { kind, match }, policy)].join('; ');
}

/** A verdict with somebody from the gallery. */
interface Matched {
  kind: Verdict['kind'];
  match: Match;
}

function detailsOf(evidence: Evidence, { kind, match }: Matched, policy: TrackPolicy): string[] {
  const { person, runnerUp } = match;
  const nearest = `nearest is ${person}${kind === 'ambiguous' && runnerUp !== null ? `, then ${runnerUp}` : ''}`;
  const agreeing = agreeingLooks(evidence, person, policy);
  const looks = `${agreeing} of ${evidence.kept.length} looks agreed`;
  const weighed = weighedOf(evidence, policy);
  if (!policy.odds || weighed === null || match.threshold !== null) {
    const threshold = thresholdOf(match, policy);
    const [value, limit] = writtenApart(weighed ?? match.similarity, threshold, 2);
    return [nearest, `${weighed === null ? '' : `worth ${value}, `}threshold ${limit}`, looks];
  }
  const together =
    evidence.kept.length > 1 ? [`similarity ${matchOf(evidence)?.similarity.toFixed(2)} over all looks`] : [];
  const share = oneIn(strangerShare(weighed, policy.odds));
  const strangers = `compared with ${plural(policy.odds.compared, 'photo')}, ${share} looks this much like somebody`;
  return [nearest, ...together, strangers, looks];
}

/** How many looks are nearest to the person, or name the person where thresholds decide. */
export function agreeingLooks(evidence: Evidence, person: string, policy: TrackPolicy): number {
  if (policy.odds) return evidence.kept.filter(({ match }) => match?.person === person).length;
  return supports(evidence, policy).find((one) => one.person === person)?.looks.length ?? 0;
}
