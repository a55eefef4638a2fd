import type { EventQuery } from '../api/calls.js';
import type { Camera, PersonSummary, SpotterEvent } from '../api/model.js';
import { dayBounds } from './times.js';
import { folded, typedName } from './typedName.js';

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

/** Whether nothing is left out. */
export const isEverything = (filter: EventFilter) => Object.values(filter).every((value) => value === '');

/** Names per query: the daemon limits the combinations with kinds, and the length of an address. */
const NAMES_PER_QUERY = 50;
/** What can be the name of a person, for the daemon. */
const NAME = /^[^,]{1,64}$/;

/** The queries for a filter: an event fits when it fits one of them. None where nothing can fit. */
export function queriesOf(
  filter: EventFilter,
  people: readonly Pick<PersonSummary, 'name' | 'displayName'>[],
  cameras: readonly Camera[],
): EventQuery[] {
  const { search, person, camera, kind, day, reviewed } = filter;
  const query: EventQuery = { kind: kind === '' ? KINDS.join() : kind };
  if (person !== '') query.person = person;
  if (camera !== '') query.camera = camera;
  if (day !== '') {
    const { from, to } = dayBounds(day);
    Object.assign(query, { from: String(from), to: String(to) });
  }
  if (reviewed !== '') query.reviewed = reviewed === 'yes';
  const text = typedName(search);
  // A number is that of an event, which opens on its own.
  if (text === '' || /^\d+$/.test(text)) return [query];
  const wanted = folded(text);
  const contains = (...names: (string | null)[]) =>
    names.some((name) => name !== null && folded(name).includes(wanted));
  const someone = people
    .filter(({ name, displayName }) => contains(name, displayName))
    .map(({ name }) => name);
  // Somebody who is not in the gallery any more may be called exactly this.
  if (NAME.test(text)) someone.push(text);
  const somewhere = cameras.filter(({ id, name }) => contains(id, name)).map(({ id }) => id);
  return [
    ...listsOf(someone, person).map((names) => ({ ...query, person: names })),
    ...listsOf(somewhere, camera).map((ids) => ({ ...query, camera: ids })),
  ];
}

/** Lists of names, short enough for a query each. @param only the one that may be among them; empty: all */
function listsOf(names: readonly string[], only: string): string[] {
  const wanted = [...new Set(names)].filter((name) => only === '' || name === only);
  const count = Math.ceil(wanted.length / NAMES_PER_QUERY);
  return Array.from({ length: count }, (_, i) =>
    wanted.slice(i * NAMES_PER_QUERY, (i + 1) * NAMES_PER_QUERY).join(),
  );
}

/** Whether an event fits a query. */
export function fits(event: SpotterEvent, query: EventQuery): boolean {
  const { person, camera, kind, from, to, reviewed } = query;
  const isIn = (names: unknown, name: string | null) =>
    names === undefined ||
    String(names)
      .split(',')
      .includes(name ?? '');
  const time = Date.parse(event.capturedAt);
  return (
    isIn(person, event.person) &&
    isIn(camera, event.camera) &&
    isIn(kind, event.kind) &&
    !(time < Number(from) || time >= Number(to)) &&
    (reviewed === undefined || reviewed === (event.reviewed ?? false))
  );
}

/** The events of pages, newest first, each once. */
export function joined(events: readonly SpotterEvent[], more: readonly SpotterEvent[]): SpotterEvent[] {
  const last = events.at(-1)?.seq ?? Number.POSITIVE_INFINITY;
  return [...events, ...more.filter(({ seq }) => seq < last)];
}
