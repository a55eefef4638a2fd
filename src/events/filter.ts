import type { EventKind, SpotterEvent } from './event.js';

/** Which events somebody wants: empty lists mean all. */
export interface EventFilter {
  cameras: readonly string[];
  people: readonly string[];
  kinds: readonly EventKind[];
}

/**
 * Whether a filter lets an event through. A list of people leaves out whatever has no name, but not an event that takes one
 * of their names back.
 *
 * @param withdrawn asked only where it matters
 */
export function isWanted(
  { cameras, people, kinds }: EventFilter,
  { camera, kind, person }: Pick<SpotterEvent, 'camera' | 'kind' | 'person'>,
  withdrawn: () => string | null,
): boolean {
  const isIn = <T>(list: readonly T[], value: T) => list.length === 0 || list.includes(value);
  if (!isIn(cameras, camera) || !isIn(kinds, kind)) return false;
  const isNamed = (name: string | null) => name !== null && people.includes(name);
  return people.length === 0 || isNamed(person) || isNamed(withdrawn());
}
