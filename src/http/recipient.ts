import { type Caller, maySee } from '../core/access.js';
import { isSamePerson } from '../core/personName.js';
import type { SpotterEvent } from '../events/event.js';
import { isWanted } from '../events/filter.js';
import type { Subscription } from './message.js';

/** Who receives events, and what they asked for. */
export interface Recipient {
  caller: Caller;
  subscription: Subscription;
}

/** @param withdrawn read only where it matters */
export function isFor(
  { subscription, caller }: Recipient,
  event: Pick<SpotterEvent, 'camera' | 'kind' | 'person'>,
  withdrawn: () => string | null,
): boolean {
  return maySee(caller, event.camera) && isWanted(subscription, event, withdrawn);
}

export function includesCamera({ subscription: { cameras }, caller }: Recipient, id: string): boolean {
  return maySee(caller, id) && (cameras.length === 0 || cameras.includes(id));
}

export function includesPerson({ subscription: { people }, caller }: Recipient, person: string): boolean {
  const isListed = people.length === 0 || people.some((one) => isSamePerson(one, person));
  return caller.scopes.has('people:read') && isListed;
}
