import { knownOdds, knownShare, weighedSimilarity } from '../face/odds.js';
import type { Evidence, KeptLook, TrackPolicy } from './state.js';
import { type Clarity, clarityOf, comparisonOf, judgeMatch, type Limits, type Verdict } from './verdict.js';

/** So few looks at known people, 0..1, are this little similar to their photos that the face is a stranger's. */
const RARELY_KNOWN = 0.03;
/** With lower odds that it is somebody known, it is a stranger's, too. */
const HARDLY_KNOWN = 0.2;

/**
 * The verdict when odds decide: on all looks together, so that one look does not stand against most of its track. Before they
 * were compared together, on the heaviest look.
 */
export function judgeTogether(evidence: Evidence, policy: Limits): Verdict {
  return judgeMatch(matchOf(evidence), policy, heaviestClarity(evidence));
}

/** The match of all looks together, or of the heaviest look while they were not compared together; null without people. */
export function matchOf(evidence: Evidence): KeptLook['match'] {
  return evidence.combined ?? heaviest(evidence)?.match ?? null;
}

/** The similarity that all looks together are worth; null without looks or people. See weighedSimilarity in face/odds. */
export function weighedOf(evidence: Evidence, { odds }: Pick<TrackPolicy, 'odds'>): number | null {
  const match = matchOf(evidence);
  return odds && match && weighedSimilarity(comparisonOf(match, heaviestClarity(evidence)), odds);
}

/** Whether somebody from the gallery would hardly be so little similar to their photos. */
export function isSurelyUnknown(evidence: Evidence, { odds }: Pick<TrackPolicy, 'odds'>): boolean {
  const match = matchOf(evidence);
  if (!odds || !match) return true;
  const { look } = heaviestClarity(evidence);
  return (
    knownShare(match.similarity, odds, look) < RARELY_KNOWN ||
    knownOdds(match.similarity, odds, look) < HARDLY_KNOWN
  );
}

function heaviestClarity(evidence: Evidence): Clarity {
  const best = heaviest(evidence);
  return best ? clarityOf(best.quality) : { look: 'poor', sharpness: null };
}

function heaviest({ kept }: Evidence): KeptLook | null {
  return kept.reduce<KeptLook | null>(
    (most, look) => (most && most.weight >= look.weight ? most : look),
    null,
  );
}
