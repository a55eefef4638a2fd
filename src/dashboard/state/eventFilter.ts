import type { EventQuery } from '../api/calls.js';
import type { Camera, PersonSummary, SpotterEvent } from '../api/model.js';
import { dayBounds } from './times.js';

/** What the history shows. Empty strings: everything. */
export interface EventFilter {
  /** Part of a name of a person or a camera. */
  search: string;
  person: string;
  camera: string;
  kind: string;
  /** As in `<input type="date">`. */
  day: string;
  reviewed: '' | 'yes' | 'no';
}

export const EVERYTHING: EventFilter = {
  search: '',
  person: '',
  camera: '',
  kind: '',
  day: '',
  reviewed: '',
};

/** Kinds that are worth a row of their own; `appeared` says nothing that the next event does not. */
export const KINDS = [
  'match',
  'unknown',
  'ambiguous',
  'left',
  'visit_started',
  'visit_ended',
  'gap',
] as const;

/** The query for a filter; null where nothing can fit: a search that no name contains. */
export function queryOf(
  filter: EventFilter,
  people: readonly PersonSummary[],
  cameras: readonly Camera[],
): EventQuery | null {
  const { search, person, camera, kind, day, reviewed } = filter;
  const query: EventQuery = { kind: kind === '' ? KINDS.join() : kind };
  if (person !== '') query.person = person;
  if (camera !== '') query.camera = camera;
  if (day !== '') {
    const { from, to } = dayBounds(day);
    Object.assign(query, { from: String(from), to: String(to) });
  }
  if (reviewed !== '') query.reviewed = reviewed === 'yes';
  const wanted = search.trim().toLowerCase();
  // A number is that of an event, which opens on its own.
  if (wanted === '' || /^\d+$/.test(wanted)) return query;
  const contains = (...names: (string | null)[]) =>
    names.some((name) => name?.toLowerCase().includes(wanted));
  const someone = people
    .filter(({ name, displayName }) => contains(name, displayName))
    .map(({ name }) => name);
  const somewhere = cameras.filter(({ id, name }) => contains(id, name)).map(({ id }) => id);
  if (someone.length > 0) return { ...query, person: someone.join() };
  return somewhere.length > 0 ? { ...query, camera: somewhere.join() } : null;
}

/** The events of pages, newest first, each once. */
export function joined(events: readonly SpotterEvent[], more: readonly SpotterEvent[]): SpotterEvent[] {
  const last = events.at(-1)?.seq ?? Number.POSITIVE_INFINITY;
  return [...events, ...more.filter(({ seq }) => seq < last)];
}
