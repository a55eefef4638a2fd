import { writtenApart } from '../core/rounded.js';
import { wrongOdds } from '../face/odds.js';
import { judgeTogether, matchOf, weighedOf } from './oddsRule.js';
import { asOdds } from './oddsText.js';
import type { Evidence, TrackPolicy } from './state.js';
import { isSure, leads, supports } from './thresholdRule.js';
import { thresholdOf, type Verdict } from './verdict.js';

const DIGITS = 2;

/**
 * What decided a verdict, in a few words without a name, such as `similarity 0.46, but only 1 of 3 looks agreed`. Numbers that are
 * compared with each other are never rounded to the same.
 */
export function causeOf(evidence: Evidence, verdict: Verdict, policy: TrackPolicy): string {
  if (verdict.kind === 'unusable')
    return `no look could be judged, the last one because of ${verdict.reason}`;
  if (!verdict.match) return 'nobody in the gallery';
  return policy.odds ? byOdds(evidence, verdict, policy) : byThreshold(evidence, verdict, policy);
}

type Judged = Exclude<Verdict, { kind: 'unusable' }>;

function byOdds(evidence: Evidence, verdict: Judged, policy: TrackPolicy): string {
  const { match } = verdict;
  const weighed = weighedOf(evidence, policy);
  const together = matchOf(evidence);
  if (!match || !together || weighed === null || !policy.odds) return 'nobody in the gallery';
  const own = `similarity ${match.similarity.toFixed(DIGITS)}`;
  if (verdict.kind === 'known') return `${own}, odds ${asOdds(wrongOdds(weighed, policy.odds))}`;
  if (verdict.kind === 'ambiguous') {
    const isRivalled = judgeTogether(evidence, policy).kind === 'ambiguous';
    return isRivalled
      ? `${own}, but another person is as likely`
      : `${own}, but the name was withdrawn before`;
  }
  const threshold = thresholdOf(match, policy);
  if (match.similarity < threshold) return below(match.similarity, threshold);
  const limit = thresholdOf(together, policy);
  if (together.similarity < limit) {
    const [all, least] = writtenApart(together.similarity, limit, DIGITS);
    return `${own} in the best look, but ${all} over all, below ${least}`;
  }
  if (weighed < limit) {
    const [worth, least] = writtenApart(weighed, limit, DIGITS);
    return `${own}, but worth only ${worth}, below ${least}`;
  }
  return `${own}, but the looks are of different people`;
}

function byThreshold(evidence: Evidence, verdict: Judged, policy: TrackPolicy): string {
  const { match } = verdict;
  if (!match) return 'nobody in the gallery';
  const threshold = thresholdOf(match, policy);
  const [similarity, limit] = writtenApart(match.similarity, threshold, DIGITS);
  const own = `similarity ${similarity}`;
  const [first, rival] = supports(evidence, policy);
  const mine = supports(evidence, policy).find(({ person }) => person === match.person);
  const agreeing = mine?.looks.length ?? 0;
  const looks = `${agreeing} of ${evidence.kept.length} looks agreed`;
  if (verdict.kind === 'known') {
    if (mine && isSure(mine, policy)) return `${own}, threshold ${limit}`;
    return agreeing > 0 ? `${own}, ${looks}` : `${own} over all ${evidence.kept.length} looks`;
  }
  if (match.similarity < threshold) return below(match.similarity, threshold);
  if (match.margin !== null && match.margin < policy.margin) {
    const [margin, least] = writtenApart(match.margin, policy.margin, DIGITS);
    return `${own}, but only ${margin} ahead of another person, ${least} needed`;
  }
  if (first && !leads(first, rival)) return `${own}, but the looks are of different people`;
  return `${own}, but only ${looks}`;
}

function below(value: number, limit: number): string {
  const [similarity, least] = writtenApart(value, limit, DIGITS);
  return `similarity ${similarity}, below ${least}`;
}
