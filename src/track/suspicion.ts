import { cosine } from '../face/embedding.js';
import { likeness } from './evidence.js';
import type { LookResult, Suspicion, Track, TrackPolicy } from './state.js';
import { supports } from './thresholdRule.js';
import { clarityOf, isGoodLook, judgeMatch, thresholdOf } from './verdict.js';

/** The look that confirms a suspicion comes this much later: long enough for a turned head or a blur to be over. */
export const CONFIRM_MS = 400;
/** Two good looks are surely two faces when their similarity is this much below `sameFace`. */
const SURELY_OTHER = 0.1;
/** The looks at somebody without a name must have agreed for this long. */
const SETTLED_MS = 1000;
/** Two looks in a row that show another face show the same one when their similarity exceeds `sameFace` by this. */
const ALIKE = 0.1;

/**
 * Whether a good look shows somebody else than the good looks of a track with a verdict: a face that has nothing in common with
 * theirs, or one that is surely a person whom none of them supports. Where nothing else gives a reason for doubt, somebody
 * may still have taken the place of another.
 */
export function isSuspicious(
  track: Track,
  { quality, embedding, match }: LookResult,
  policy: TrackPolicy,
): boolean {
  const { evidence, reported } = track;
  if (!isSettled(track) || !embedding || !isGoodLook(quality)) return false;
  if (!evidence.kept.some((look) => isGoodLook(look.quality))) return false;
  const alike = likeness(evidence, embedding);
  if (alike < policy.sameFace - SURELY_OTHER) return true;
  const found = judgeMatch(match, policy, clarityOf(quality));
  if (found.kind !== 'known' || alike >= thresholdOf(match, policy)) return false;
  const { person, similarity } = found.match;
  const isSupported =
    reported.includes(person) || supports(evidence, policy).some((one) => one.person === person);
  return !isSupported && similarity >= thresholdOf(match, policy) + policy.sureBy;
}

/**
 * Whether a track has shown its face well enough to know another: by a name, or by looks that agree over some time. The first
 * looks at a stranger may all be at a turned head.
 */
function isSettled({ verdict, confirmed, firstSeenMs }: Track): boolean {
  if (!verdict || !confirmed) return false;
  return verdict.kind === 'known' || confirmed.lastSeenMs - firstSeenMs >= SETTLED_MS;
}

/** Whether a second suspicious look shows the same face as the first, so that it is no accident. */
export function isConfirmedBy(suspicion: Suspicion, { embedding }: LookResult, policy: TrackPolicy): boolean {
  const first = suspicion.look.embedding;
  return first !== null && embedding !== null && cosine(first, embedding) >= policy.sameFace + ALIKE;
}
