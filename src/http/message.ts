import { z } from 'zod';
import { meantOrListed, nearestOf } from '../core/nearest.js';
import { nameKey } from '../core/personName.js';
import { EVENT_KINDS } from '../events/event.js';
import type { EventFilter } from '../events/filter.js';

const LONGEST_NAME = 64;
const MOST_NAMES = 200;
/** Faults that are explained, each with the name that is nearest; the others are only counted. */
const MOST_EXPLAINED = 5;
const EXAMPLE = '{"type":"subscribe","cameras":[],"people":[],"kinds":[],"stats":false}';

const EMPTY = 'is empty or has an empty name; name what you want, or leave it out for all';

/** A list of names; the schema library's messages are replaced by ours. */
function listOf<T extends z.ZodType>(item: T) {
  return z
    .array(item, { error: ({ input }) => `must be a list such as ["a", "b"], not ${quote(input)}` })
    .max(MOST_NAMES, `must have at most ${MOST_NAMES} entries`)
    .default([]);
}

const names = listOf(
  z
    .string({ error: ({ input }) => `must be names in quotes, not ${quote(input)}` })
    .min(1, EMPTY)
    .max(LONGEST_NAME, `has a name of more than ${LONGEST_NAME} characters`),
);

const selection = {
  cameras: names,
  people: names,
  kinds: listOf(
    z.enum(EVENT_KINDS, {
      error: ({ input }) =>
        input === '' ? EMPTY : `${quote(input)} is no kind of event; ${meant(input, EVENT_KINDS)}`,
    }),
  ),
  stats: z.boolean({ error: ({ input }) => `must be true or false, not ${quote(input)}` }).default(false),
};

const KEYS = Object.keys(selection);
/** Parameters of the address: those that select events, and those that say where to resume. */
const PARAMETERS = [...KEYS, 'since', 'epoch'];

/** The message a client may send. Unknown keys are rejected, so that a typo does not subscribe to everything. */
const clientMessage = z.strictObject(
  { type: z.literal('subscribe', 'must be "subscribe", the only message a client may send'), ...selection },
  {
    error: ({ code }) =>
      code === 'invalid_type' ? `a message must be an object such as ${EXAMPLE}` : undefined,
  },
);

/** The events a client asked for; an empty list means all. `stats`: whether it wants statistics once a second. */
export interface Subscription extends EventFilter {
  stats: boolean;
}

/** The subscription of a client that has not sent one: every event, no statistics. */
export const EVERYTHING: Subscription = { cameras: [], people: [], kinds: [], stats: false };

/** What a client may name in a subscription. */
export interface Selectable {
  /** Ids of the configured cameras. */
  cameras: readonly string[];
  /** Names in the gallery by their {@link nameKey}; null before it has been read. */
  people: ReadonlyMap<string, string> | null;
}

/** Names as {@link Selectable} has them: looking for a stranger must not take longer in a large gallery. */
export function byNameKey(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [nameKey(name), name]));
}

/**
 * What became of a wish for events.
 *
 * - `fault`: one or more sentences; the wish is ignored.
 * - `notice`: a person who is not in the gallery now, one sentence, or null. The filter applies all the same: people may be added later.
 */
export type Selection =
  | { ok: true; subscription: Subscription; notice: string | null }
  | { ok: false; fault: string };

/** Reads a message of a client (JSON). */
export function parseClientMessage(text: string, selectable: Selectable): Selection {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return { ok: false, fault: `not JSON; send ${EXAMPLE}` };
  }
  return select(clientMessage, ['type', ...KEYS], data, selectable);
}

/** Reads the parameters of the address: `cameras`, `people` and `kinds`, separated by commas or repeated, and `stats`. */
export function parseAddress(parameters: URLSearchParams, selectable: Selectable): Selection {
  const list = (name: string) => parameters.getAll(name).flatMap((value) => value.split(','));
  const names = [...parameters.keys()].filter((name) => name !== 'since' && name !== 'epoch');
  const given = Object.fromEntries<unknown>(names.map((name) => [name, list(name)]));
  if (parameters.has('stats')) given.stats = flagOf(parameters.getAll('stats'));
  return select(z.strictObject(selection), PARAMETERS, given, selectable);
}

function flagOf(values: string[]): unknown {
  const [value] = values;
  return values.length === 1 && (value === 'true' || value === 'false') ? value === 'true' : values.join(',');
}

function select(
  schema: z.ZodType<Subscription>,
  keys: readonly string[],
  data: unknown,
  { cameras, people }: Selectable,
): Selection {
  const parsed = schema.safeParse(data);
  if (!parsed.success)
    return { ok: false, fault: explained(parsed.error.issues, (issue) => sentence(issue, keys)) };
  const { cameras: wanted, people: persons, kinds, stats } = parsed.data;
  const subscription = { cameras: wanted, people: persons, kinds, stats };
  const unknown = unknownCameras(wanted, cameras);
  if (unknown !== null) return { ok: false, fault: unknown };
  return { ok: true, subscription, notice: unknownPeople(persons, people) };
}

/** Which of the cameras are not configured, with the nearest that is; null when all are. */
export function unknownCameras(wanted: readonly string[], cameras: Selectable['cameras']): string | null {
  const unknown = wanted.filter((id) => !cameras.includes(id));
  return unknown.length === 0 ? null : explained(unknown, (id) => noCamera(id, cameras));
}

/** Which of the people are not in the gallery, with the nearest who is; null when all are, or before it has been read. */
export function unknownPeople(wanted: readonly string[], people: Selectable['people']): string | null {
  const strangers = people === null ? [] : wanted.filter((name) => !people.has(nameKey(name)));
  if (people === null || strangers.length === 0) return null;
  return explained(strangers, (name) => nobody(name, [...people.values()]));
}

/** Names as events may have them: as given, and as the gallery spells them where that differs. */
export function spellingsOf(wanted: readonly string[], people: Selectable['people'] | undefined): string[] {
  return [...new Set(wanted.flatMap((name) => [name, people?.get(nameKey(name)) ?? name]))];
}

function explained<T>(items: readonly T[], explain: (item: T) => string): string {
  const more = items.length > MOST_EXPLAINED ? `; and ${items.length - MOST_EXPLAINED} more` : '';
  return items.slice(0, MOST_EXPLAINED).map(explain).join('; ') + more;
}

function noCamera(id: string, known: readonly string[]): string {
  return `no camera ${quote(id)} is configured; ${meant(id, known)}`;
}

/** Does not list the gallery: whoever may connect need not learn who is in it. */
function nobody(name: string, known: readonly string[]): string {
  const guess = nearestOf(name, known);
  const hint = guess === null ? '' : `; did you mean ${quote(guess)}?`;
  return `nobody in the gallery is named ${quote(name)} now${hint}`;
}

function sentence(issue: z.core.$ZodIssue, keys: readonly string[]): string {
  const [key] = issue.path;
  if (issue.code === 'unrecognized_keys')
    return explained(issue.keys, (one) => `${quote(one)} is not valid here; ${meantOrListed(one, keys)}`);
  return key === undefined ? issue.message : `${String(key)}: ${issue.message}`;
}

function meant(given: unknown, known: readonly string[]): string {
  return known.length === 0 ? 'there is none yet' : meantOrListed(String(given), known);
}

function quote(given: unknown): string {
  const text = JSON.stringify(given) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
