import { type Caller, maySee } from '../core/access.js';
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

/** Whoever asked for other people alone may have the name all the same: as the nearest other one of their events. */
export function mayKnowPeople({ caller }: Recipient): boolean {
  return caller.scopes.has('people:read');
}
