import { isSamePerson } from '../core/personName.js';
import type { EventKind, SpotterEvent } from './event.js';

/** Which events a subscriber wants; an empty list means all. */
export interface EventFilter {
  cameras: readonly string[];
  people: readonly string[];
  kinds: readonly EventKind[];
}

/**
 * Whether a filter accepts an event. A list of people rejects events without a name, but not those that withdraw one of the
 * listed names.
 *
 * @param withdrawn read only where it matters
 */
export function isWanted(
  { cameras, people, kinds }: EventFilter,
  { camera, kind, person }: Pick<SpotterEvent, 'camera' | 'kind' | 'person'>,
  withdrawn: () => string | null,
): boolean {
  const isIn = <T>(list: readonly T[], value: T) => list.length === 0 || list.includes(value);
  if (!isIn(cameras, camera) || !isIn(kinds, kind)) return false;
  const isNamed = (name: string | null) => name !== null && people.some((one) => isSamePerson(one, name));
  return people.length === 0 || isNamed(person) || isNamed(withdrawn());
}
