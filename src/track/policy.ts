import { nameThreshold } from '../face/odds.js';
import type { Limits } from './verdict.js';

/**
 * The policy for a gallery of this size: the more people a face is compared with, the more similar it must be. A policy with a
 * fixed threshold stays as it is.
 *
 * @param compared number of photos, and means of photos, that a face is compared with
 */
export function policyFor<Policy extends Limits>(policy: Policy, compared: number): Policy {
  if (!policy.odds || policy.odds.compared === compared) return policy;
  const odds = { ...policy.odds, compared };
  return { ...policy, odds, threshold: nameThreshold(odds) };
}
