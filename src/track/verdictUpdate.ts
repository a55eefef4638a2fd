import type { Evidence, Track, TrackPolicy } from './state.js';
import type { Verdict } from './verdict.js';
import { conclude, decide, isSure, leads, settle, supports, thresholdOf } from './verdict.js';

/** A look this much better than any for the old name outweighs them all. */
const BETTER_LOOK = 1.5;
/** Looks before a name is taken back because they speak against it, the part of them that may still be for it, and how far under the threshold all together must be. */
const REFUTING_LOOKS = 4;
const REFUTED_SHARE = 1 / 4;
const REFUTED_BY = 0.05;

/**
 * The verdict on a track that is worth telling now, or null while it stays as it is. Once reported, a verdict is changed for
 * a reason only: "unknown" and "ambiguous" by a name, a name by another one with clearly more behind it, or by nobody
 * when good looks are against it. Two names that look alike do not take turns.
 */
export function updatedVerdict(track: Track, timeMs: number, policy: TrackPolicy): Verdict | null {
  const { evidence, verdict: reported, revised } = track;
  const stance = decide(evidence, timeMs - track.firstSeenMs, policy);
  if (reported === null) return stance;
  if (reported.kind !== 'known') {
    const isNew = stance?.kind === 'known' && !track.reported.includes(stance.match.person);
    const isOther = revised && stance !== null && stance.kind !== 'known' && stance.kind !== reported.kind;
    return isNew || isOther ? stance : null;
  }
  const { person } = reported.match;
  // Another gallery, other names: what was certain before need not be.
  const now = revised ? (stance ?? conclude(evidence, policy)) : stance;
  if (now?.kind === 'known') {
    if (now.match.person === person) return null;
    if (!revised && !overtakes(evidence, person, now.match.person, policy)) return null;
    return track.reported.includes(now.match.person) ? { kind: 'ambiguous', match: now.match } : now;
  }
  if (revised) return now;
  return isRefuted(evidence, person, policy) ? settle(evidence, policy) : null;
}

/** Whether another gallery has brought a name back that was told of this track and withdrawn. */
export function isAgain(track: Track, timeMs: number, policy: TrackPolicy): boolean {
  const { evidence, verdict, reported } = track;
  const stance = decide(evidence, timeMs - track.firstSeenMs, policy);
  if (stance?.kind !== 'known' || !reported.includes(stance.match.person)) return false;
  return verdict?.kind !== 'known' || verdict.match.person !== stance.match.person;
}

/** Whether a new name has clearly more behind it than the one that was reported. */
function overtakes(evidence: Evidence, old: string, name: string, policy: TrackPolicy): boolean {
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
  const support = supports(evidence, policy).find((one) => one.person === person);
  if (support && (isSure(support, policy) || support.looks.length > REFUTED_SHARE * kept.length))
    return false;
  return combined.person !== person || combined.similarity < thresholdOf(combined, policy) - REFUTED_BY;
}
