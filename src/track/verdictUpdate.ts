import { conclude, decide, settle } from './decision.js';
import { allowed } from './denial.js';
import { matchOf, weighedOf } from './oddsRule.js';
import type { Evidence, Track, TrackPolicy } from './state.js';
import { isSure, leads, supports } from './thresholdRule.js';
import type { Verdict } from './verdict.js';
import { thresholdOf } from './verdict.js';

/** A look with this many times the weight of any for the old name outweighs them all. */
const BETTER_LOOK = 1.5;
/**
 * A name is withdrawn after this many looks, when at most this part of them supports it and their sum is this far below the
 * threshold.
 */
const REFUTING_LOOKS = 4;
const REFUTED_SHARE = 1 / 4;
const REFUTED_BY = 0.05;

/**
 * The verdict to report on a track now; null while the reported one stays. A reported verdict changes for a reason only:
 * "unknown" and "ambiguous" to a name, a name to another one with clearly more support, or to none when good looks are
 * against it. So two similar people do not alternate.
 *
 * @param timeMs media time of the frame
 */
export function updatedVerdict(track: Track, timeMs: number, policy: TrackPolicy): Verdict | null {
  const { evidence, verdict: reported, revised } = track;
  const stance = stanceOn(track, timeMs, policy);
  if (reported === null) return stance;
  if (reported.kind !== 'known') {
    const isNew = stance?.kind === 'known' && !track.reported.includes(stance.match.person);
    const isOther = revised && stance !== null && stance.kind !== 'known' && stance.kind !== reported.kind;
    return isNew || isOther ? stance : null;
  }
  const { person } = reported.match;
  // With another gallery, what was certain before need not be any more.
  const now = revised ? (stance ?? allowed(track, conclude(evidence, policy))) : stance;
  if (now?.kind === 'known') {
    if (now.match.person === person) return null;
    if (!revised && !overtakes(evidence, person, now.match.person, policy)) return null;
    return track.reported.includes(now.match.person) ? { kind: 'ambiguous', match: now.match } : now;
  }
  if (revised) return now;
  return isRefuted(evidence, person, policy) ? settle(evidence, policy) : null;
}

/** Whether another gallery has restored a name that was reported for this track and withdrawn. */
export function isNameRestored(track: Track, timeMs: number, policy: TrackPolicy): boolean {
  const { verdict, reported } = track;
  const stance = stanceOn(track, timeMs, policy);
  if (stance?.kind !== 'known' || !reported.includes(stance.match.person)) return false;
  return verdict?.kind !== 'known' || verdict.match.person !== stance.match.person;
}

function stanceOn(track: Track, timeMs: number, policy: TrackPolicy): Verdict | null {
  const stance = decide(track.evidence, timeMs - track.firstSeenMs, policy);
  return stance && allowed(track, stance);
}

/** Whether a new name has clearly more support than the reported one. */
function overtakes(evidence: Evidence, old: string, name: string, policy: TrackPolicy): boolean {
  // The odds have taken both into account.
  if (policy.odds) return true;
  const all = supports(evidence, policy);
  const before = all.find(({ person }) => person === old);
  const after = all.find(({ person }) => person === name);
  if (!after) return before === undefined;
  if (!before) return true;
  const [oldWeight, newWeight] = [before, after].map(({ looks }) => Math.max(...looks.map((l) => l.weight)));
  if (isSure(after, policy) && newWeight >= BETTER_LOOK * oldWeight) return true;
  return (
    leads(after, before) && after.looks.length >= policy.confirmLooks && evidence.combined?.person === name
  );
}

function isRefuted(evidence: Evidence, person: string, policy: TrackPolicy): boolean {
  const { kept, combined } = evidence;
  if (kept.length < REFUTING_LOOKS || !combined) return false;
  if (policy.odds) {
    const match = matchOf(evidence);
    const weighed = weighedOf(evidence, policy) ?? -1;
    return match?.person !== person || weighed < thresholdOf(match, policy) - REFUTED_BY;
  }
  const support = supports(evidence, policy).find((one) => one.person === person);
  if (support && (isSure(support, policy) || support.looks.length > REFUTED_SHARE * kept.length))
    return false;
  return combined.person !== person || combined.similarity < thresholdOf(combined, policy) - REFUTED_BY;
}
