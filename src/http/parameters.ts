import { z } from 'zod';
import { isZone, startOfDay } from '../core/zone.js';
import { EVENT_KINDS, type EventKind } from '../events/event.js';

/** A query for stored events; an empty list means all, null means no bound. */
export interface EventsQuery {
  /** Only events with a greater `seq`. */
  after: number | null;
  /** Only events with a smaller `seq`. */
  before: number | null;
  /** Captured at this time or later, Unix ms. */
  fromMs: number | null;
  /** Captured before this time, Unix ms. */
  toMs: number | null;
  cameras: string[];
  people: string[];
  kinds: EventKind[];
  /** Most events returned, 1 to 500. */
  limit: number;
  oldestFirst: boolean;
  /** Include the numbers and checks behind each verdict. */
  explain: boolean;
  /** Only events that the caller has marked, or has not; null: either. */
  reviewed: boolean | null;
}

/** A query for visits, as {@link EventsQuery}; `before` limits the first `match` of a visit in that time. */
export type VisitsQuery = Pick<EventsQuery, 'before' | 'fromMs' | 'toMs' | 'cameras' | 'people' | 'limit'>;

/** A time: Unix ms, or a day, which begins when its zone says. */
type Bound = number | { day: string };

/** Entries per response. */
const MAX_LIMIT = 500;
const DEFAULT_LIMIT = 100;
/** Most combinations of camera, person and kind per request. */
const MAX_COMBINATIONS = 512;
const LONGEST_NAME = 64;

/** A parameter that is true or false; false by default. */
export const flag = z
  .enum(['true', 'false'], mustBe('true or false'))
  .transform((text) => text === 'true')
  .default(false)
  .meta({ type: 'boolean', enum: undefined, default: false });

/** A parameter that is true, false or missing. */
const choice = z
  .enum(['true', 'false'], mustBe('true or false'))
  .transform((text) => text === 'true')
  .meta({ type: 'boolean', enum: undefined })
  .optional();

/** Most entries in a response: 1 to 500, 100 by default. */
export const limit = wholeNumber(1, MAX_LIMIT)
  .default(DEFAULT_LIMIT)
  .meta({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT });

/** The number of an event; null unless the text has 1 to 15 digits. */
export function parseSeq(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** A number in the path of an address, of 1 to 15 digits. @param of what it is the number of */
export function numberInPath(of: string) {
  return z
    .string()
    .regex(/^\d{1,15}$/, `the number of ${of} must be a whole number, 1 or more`)
    .transform(Number)
    .meta({ type: 'integer', minimum: 1, pattern: undefined, description: `Number of ${of}.` });
}

/** A parameter that is a whole number within a range, both ends included. */
export function wholeNumber(from: number, to: number = Number.MAX_SAFE_INTEGER) {
  const range = to === Number.MAX_SAFE_INTEGER ? `${from} or more` : `${from} to ${to}`;
  const must = mustBe(`a whole number, ${range}`);
  return z
    .string(must)
    .refine((text) => /^\d{1,16}$/.test(text) && Number(text) >= from && Number(text) <= to, must)
    .transform(Number)
    .meta({ type: 'integer', minimum: from, ...(to !== Number.MAX_SAFE_INTEGER && { maximum: to }) });
}

const timeError = mustBe('a time such as 2026-11-24T18:00:00Z, a day or ms since 1970');

/** A parameter that is a time: Unix ms, or a day, which begins when its zone says. */
const time = z
  .string(timeError)
  .refine((text) => isDay(text) || Number.isFinite(timeOf(text)), timeError)
  .transform((text) => (isDay(text) ? { day: text } : timeOf(text)));

const zoneError = mustBe('a time zone such as Europe/Berlin or UTC');

/** A parameter that is a time zone; a + that is not encoded arrives as a space. */
const zone = z
  .string(zoneError)
  .transform((text) => text.replace(' ', '+'))
  .refine(isZone, zoneError);

/** Several values: a repeated parameter, or one separated by commas. */
const list = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => [...new Set([given].flat().flatMap((text) => text.split(',')))]);

const NAMES = `must be one or more names of 1 to ${LONGEST_NAME} characters`;
/** A parameter that is a list of names; empty by default. */
export const nameList = list.pipe(z.array(z.string().min(1, NAMES).max(LONGEST_NAME, NAMES))).default([]);
const kinds = list.pipe(z.array(z.enum(EVENT_KINDS, mustBe(`one of ${EVENT_KINDS.join(', ')}`)))).default([]);

const eventsParameters = z.strictObject({
  after: wholeNumber(0).optional().describe('Only events with a greater seq, oldest first.'),
  before: wholeNumber(1).optional().describe('Only what has a smaller seq.'),
  from: time.optional().describe('Not before this time: ISO 8601, ms since 1970, or a day.'),
  to: time.optional().describe('Before this time.'),
  tz: zone.optional().describe('Time zone of days, such as Europe/Berlin; by default that of the daemon.'),
  camera: nameList.describe('One or more, separated by commas or repeated.'),
  person: nameList.describe('As camera.'),
  kind: kinds.describe('As camera.'),
  limit,
  explain: flag,
  reviewed: choice.describe('Whether the caller has marked the event.'),
});

/** The parameters of a request for events. */
export const eventsQuery = consistent(eventsParameters).transform((given): EventsQuery => {
  const { after = null, before = null, kind, reviewed = null, limit, explain } = given;
  const about = { kinds: kind, oldestFirst: after !== null, reviewed, limit, explain };
  return { after, before, ...selectionOf(given), ...about };
});

/** The parameters of a request for visits. */
export const visitsQuery = consistent(
  eventsParameters.pick({
    before: true,
    from: true,
    to: true,
    tz: true,
    camera: true,
    person: true,
    limit: true,
  }),
).transform((given): VisitsQuery => {
  const { before = null, limit } = given;
  return { before, ...selectionOf(given), limit };
});

/** What events and visits are selected by, as given. */
interface Given {
  from?: Bound | undefined;
  to?: Bound | undefined;
  tz?: string | undefined;
  camera: string[];
  person: string[];
  kind?: string[];
}

/** Adds the rules that concern several parameters: checked even when one is wrong, so that every fault is reported at once. */
function consistent<S extends z.ZodType<Given>>(schema: S): S {
  return schema
    .refine(({ from, to, tz }) => !(boundOf(from, tz) >= boundOf(to, tz)), {
      error: 'from must be before to',
      when: () => true,
    })
    .refine((query) => combinationsOf(query) <= MAX_COMBINATIONS, {
      error: ({ input }) =>
        `camera, person and kind have ${combinationsOf(input as Given)} combinations, more than ${MAX_COMBINATIONS}; ask for fewer`,
      when: () => true,
    });
}

function combinationsOf({ camera, person, kind = [] }: Given): number {
  return [camera, person, kind].reduce((all, { length }) => all * Math.max(1, length), 1);
}

function selectionOf({ from, to, tz, camera, person }: Given) {
  const fromMs = from === undefined ? null : boundOf(from, tz);
  const toMs = to === undefined ? null : boundOf(to, tz);
  return { fromMs, toMs, cameras: camera, people: person };
}

/** A bound as Unix ms; NaN for none, and for a value or zone that was refused. */
function boundOf(bound: Bound | undefined, tz: string | undefined): number {
  if (typeof bound === 'number') return bound;
  if (!bound?.day || (tz !== undefined && !isZone(tz))) return Number.NaN;
  return startOfDay(bound.day, tz);
}

/** Whether a text is a day of the calendar. Date.parse takes February 31st for March 3rd. */
function isDay(text: string): boolean {
  return z.iso.date().safeParse(text).success;
}

/** A time as Unix ms; NaN for any other text. */
function timeOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  // An unencoded + arrives as a space.
  const iso = text.replace(' ', '+');
  const isIso = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/.test(iso);
  return isIso && isDay(iso.slice(0, 10)) ? Date.parse(iso) : Number.NaN;
}

/** The message for a parameter that is repeated or has the wrong value. */
function mustBe(what: string) {
  return {
    error: ({ input }: { input?: unknown }) =>
      Array.isArray(input)
        ? `is given ${input.length} times; give it once`
        : `must be ${what}, not ${quote(String(input))}`,
  };
}

/** A value of a request as a sentence shows it, shortened. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
