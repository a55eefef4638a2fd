import { EVENT_KINDS, type EventKind } from '../types.js';

/** What a client asks the history for; empty lists mean all, null means no bound. */
export interface EventsQuery {
  after: number | null;
  before: number | null;
  /** Unix ms: captured from then on, and before then. */
  fromMs: number | null;
  toMs: number | null;
  cameras: string[];
  people: string[];
  kinds: EventKind[];
  /** 1 to {@link MAX_LIMIT}. */
  limit: number;
  oldestFirst: boolean;
  explain: boolean;
}

/** Events in one answer. */
export const MAX_LIMIT = 500;
const DEFAULT_LIMIT = 100;
/** Combinations of camera, person and kind that one request may ask for. */
const MAX_COMBINATIONS = 512;
const LONGEST_NAME = 64;

/** Reads the parameters of a request one by one, and gathers a sentence about each that is wrong. */
export class Parameters {
  readonly faults: string[] = [];
  readonly #given: URLSearchParams;

  /** @param known names of the parameters that there are */
  constructor(url: string, known: readonly string[]) {
    this.#given = new URLSearchParams(url.split('?', 2)[1] ?? '');
    for (const name of new Set(this.#given.keys())) {
      if (!known.includes(name))
        this.faults.push(`${quote(name)} is no parameter here; there are ${known.join(', ')}`);
    }
  }

  /** A whole number; null when it is not given. */
  number(name: string, from: number, to: number = Number.MAX_SAFE_INTEGER): number | null {
    const text = this.#one(name);
    if (text === null) return null;
    const value = Number(text);
    if (/^\d{1,16}$/.test(text) && value >= from && value <= to) return value;
    const range = to === Number.MAX_SAFE_INTEGER ? `from ${from} on` : `${from} to ${to}`;
    this.faults.push(`${name} must be a whole number, ${range}, not ${quote(text)}`);
    return null;
  }

  /** A time as Unix ms; null when it is not given. */
  time(name: string): number | null {
    const text = this.#one(name);
    if (text === null) return null;
    if (/^\d{1,15}$/.test(text)) return Number(text);
    // A + that was not encoded arrives as a space.
    const iso = text.replace(' ', '+');
    const isIso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d))?$/.test(iso);
    const ms = isIso && isDay(iso.slice(0, 10)) ? Date.parse(iso) : Number.NaN;
    if (Number.isFinite(ms)) return ms;
    this.faults.push(
      `${name} must be a time such as 2026-11-24T18:00:00Z or ms since 1970, not ${quote(text)}`,
    );
    return null;
  }

  /** Several values, by repeating the parameter or with commas between them. */
  list(name: string): string[] {
    const values = [...new Set(this.#given.getAll(name).flatMap((text) => text.split(',')))];
    const bad = values.find((value) => value === '' || value.length > LONGEST_NAME);
    if (bad === undefined) return values;
    this.faults.push(`${name} must be one or more names of 1 to ${LONGEST_NAME} characters`);
    return [];
  }

  kinds(name: string): EventKind[] {
    const values = this.list(name);
    const bad = values.find((value) => !isKind(value));
    if (bad === undefined) return values.filter(isKind);
    this.faults.push(`${name} must be of ${EVENT_KINDS.join(', ')}, not ${quote(bad)}`);
    return [];
  }

  flag(name: string): boolean {
    const text = this.#one(name);
    if (text === null || text === 'false') return false;
    if (text === 'true') return true;
    this.faults.push(`${name} must be true or false, not ${quote(text)}`);
    return false;
  }

  #one(name: string): string | null {
    const values = this.#given.getAll(name);
    if (values.length > 1) this.faults.push(`${name} is given ${values.length} times; give it once`);
    return values[0] ?? null;
  }
}

const EVENTS_PARAMETERS = [
  'after',
  'before',
  'from',
  'to',
  'camera',
  'person',
  'kind',
  'limit',
  'explain',
] as const;

/** The query of a request for events, or one sentence about each thing that is wrong with it. */
export function parseEventsQuery(
  url: string,
): { ok: true; query: EventsQuery } | { ok: false; faults: string[] } {
  const parameters = new Parameters(url, EVENTS_PARAMETERS);
  const after = parameters.number('after', 0);
  const query = {
    after,
    before: parameters.number('before', 1),
    fromMs: parameters.time('from'),
    toMs: parameters.time('to'),
    cameras: parameters.list('camera'),
    people: parameters.list('person'),
    kinds: parameters.kinds('kind'),
    limit: parameters.number('limit', 1, MAX_LIMIT) ?? DEFAULT_LIMIT,
    oldestFirst: after !== null,
    explain: parameters.flag('explain'),
  };
  const { fromMs, toMs, cameras, people, kinds } = query;
  const { faults } = parameters;
  if (fromMs !== null && toMs !== null && fromMs >= toMs) faults.push('from must be before to');
  const combinations = [cameras, people, kinds].reduce((all, { length }) => all * Math.max(1, length), 1);
  if (combinations > MAX_COMBINATIONS)
    faults.push(
      `camera, person and kind have ${combinations} combinations, more than ${MAX_COMBINATIONS}; ask for fewer`,
    );
  return faults.length === 0 ? { ok: true, query } : { ok: false, faults };
}

/** Whether the calendar has a day; to JavaScript February 31st is March 3rd. */
function isDay(date: string): boolean {
  const ms = Date.parse(date);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(date);
}

function isKind(value: string): value is EventKind {
  return (EVENT_KINDS as readonly string[]).includes(value);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
