import { strangerShare, wrongOdds } from '../face/odds.js';
import { matchOf, weighedOf } from './oddsRule.js';
import type { Evidence, TrackPolicy } from './state.js';
import { supports } from './thresholdRule.js';
import { thresholdOf, type Verdict } from './verdict.js';

/** Odds that the reported name is wrong, 0..1; null without a name, or where threshold and margin decide. */
export function oddsOf(evidence: Evidence, verdict: Verdict, policy: TrackPolicy): number | null {
  const weighed = weighedOf(evidence, policy);
  if (verdict.kind !== 'known' || !policy.odds || weighed === null) return null;
  return Math.min(1, wrongOdds(weighed, policy.odds));
}

/** One sentence: why the verdict on a track is what it is. */
export function reasonOf(evidence: Evidence, verdict: Verdict, policy: TrackPolicy): string {
  if (verdict.kind === 'unusable')
    return `no look could be judged, the last one because of ${verdict.reason}`;
  const { match } = verdict;
  if (!match) return 'nobody in the gallery';
  const { person, similarity } = match;
  const outcome = outcomeOf(verdict);
  const looks = `${agreeingLooks(evidence, person, policy)} of ${evidence.kept.length} looks agree`;
  const weighed = weighedOf(evidence, policy);
  const similar = `similarity ${similarity.toFixed(2)} to ${person}`;
  if (!policy.odds || weighed === null || match.threshold !== null) {
    const threshold = thresholdOf(match, policy);
    const worth = weighed === null ? '' : `, worth ${weighed.toFixed(2)}`;
    return `${similar}${worth}, threshold ${threshold.toFixed(2)}; ${looks}: ${outcome}`;
  }
  const share = strangerShare(weighed, policy.odds);
  const together =
    evidence.kept.length > 1 ? `, ${matchOf(evidence)?.similarity.toFixed(2)} over all looks` : '';
  const strangers = `compared with ${photos(policy.odds.compared)}, ${oneIn(share)} looks this much like somebody`;
  const odds = `odds ${asOdds(wrongOdds(weighed, policy.odds))}`;
  return `${similar}${together}; ${strangers}; ${looks}: ${odds}, ${outcome}`;
}

function outcomeOf(verdict: Exclude<Verdict, { kind: 'unusable' }>): string {
  if (verdict.kind === 'known') return 'named';
  if (verdict.kind === 'unknown') return 'not named';
  return `${verdict.match.runnerUp ?? 'another person'} is as likely, not named`;
}

/** How many looks are nearest to the person, or name the person where thresholds decide. */
export function agreeingLooks(evidence: Evidence, person: string, policy: TrackPolicy): number {
  if (policy.odds) return evidence.kept.filter(({ match }) => match?.person === person).length;
  return supports(evidence, policy).find((one) => one.person === person)?.looks.length ?? 0;
}

function photos(count: number): string {
  return count === 1 ? '1 photo' : `${count} photos`;
}

function oneIn(share: number): string {
  if (share > 2 / 3) return 'every stranger';
  return `1 stranger in ${roughly(1 / share)}`;
}

/** `1 : 2,000`, as far as the curves can be trusted. */
function asOdds(odds: number): string {
  return odds >= 1 ? `${roughly(odds)} : 1` : `1 : ${roughly(1 / odds)}`;
}

/** Two significant digits; more than a million is not known. */
function roughly(number: number): string {
  if (number >= 1e6) return 'over 1,000,000';
  return Number(number.toPrecision(2)).toLocaleString('en-US');
}
