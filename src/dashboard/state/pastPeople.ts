import { computed, signal } from '@preact/signals';
import { whenForgotten } from './forgotten.js';
import { people } from './household.js';

/** Names in events and visits that were loaded; some of these people may have left the gallery since. */
const met = signal<ReadonlySet<string>>(new Set());

/** Who can be searched for: everybody in the gallery, then those whose events outlive their photos. */
export const everybody = computed(() => {
  const inGallery = (people.value ?? []).map(({ name, displayName }) => ({ name, displayName }));
  const names = new Set(inGallery.map(({ name }) => name));
  const others = [...met.value].filter((name) => !names.has(name)).sort();
  return [...inGallery, ...others.map((name) => ({ name, displayName: null }))];
});

whenForgotten((name) => {
  met.value = new Set([...met.value].filter((one) => one !== name));
});

/** Remembers who occurs in what was loaded. */
export function rememberPeople(loaded: readonly { person: string | null }[]): void {
  const names = loaded.flatMap(({ person }) => (person === null || met.value.has(person) ? [] : [person]));
  if (names.length > 0) met.value = new Set([...met.value, ...names]);
}
