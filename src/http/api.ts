import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { type Selectable, unknownCameras, unknownPeople } from './message.js';
import {
  type EventsQuery,
  flag,
  limit,
  parseEventsQuery,
  parseQuery,
  parseSeq,
  wholeNumber,
} from './parameters.js';
import { refuseWithoutLog } from './refusal.js';
import type { StoredEvent } from './replay.js';
import type { LogState } from './resume.js';

/** The data behind the API. Everything that reads the log throws while the log is not open. */
export interface ApiViews {
  log: () => LogState;
  /** Stored events that match, oldest first if the query asks for it, else newest first. */
  find: (query: EventsQuery) => StoredEvent[];
  /** One stored event; null when the log does not have it. */
  event: (seq: number, explain: boolean) => StoredEvent | null;
  /** The state of each camera. */
  cameras: () => object[];
  /** What a query may name; without it, nothing is said of names that there are not. */
  selectable?: (() => Selectable) | undefined;
  /** Dead letters with a number below `before`, newest first. */
  deadLetters: (before: number | null, limit: number) => { number: number }[];
}

/** What the API needs from the event log; see {@link ApiViews} for each member. */
export interface LogViews {
  readonly state: LogState;
  find: (query: EventsQuery, explain: boolean) => StoredEvent[];
  event: ApiViews['event'];
  list: ApiViews['deadLetters'];
}

/** Makes the views of an event log. @param cameras the state of each camera @param selectable see {@link ApiViews} */
export function viewsOf(
  log: LogViews,
  cameras: () => object[],
  selectable?: ApiViews['selectable'],
): ApiViews {
  return {
    log: () => log.state,
    find: (query) => log.find(query, query.explain),
    event: (seq, explain) => log.event(seq, explain),
    cameras,
    selectable,
    deadLetters: (before, limit) => log.list(before, limit),
  };
}

const BASE = '/api/v1';
/** A page ends before it gets longer than this, even if fewer items than asked for fit. */
const MAX_PAGE_BYTES = 1 << 20;
const eventParameters = z.strictObject({ explain: flag });
const letterParameters = z.strictObject({ before: wholeNumber(1).optional(), limit });

/** Adds the routes under /api/v1 that read the log and the cameras. */
export function addApi(app: FastifyInstance, views: ApiViews): void {
  app.register(async (api) => {
    // Events are personal data: no cache on the way may keep them.
    api.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'no-store'));
    api.get(`${BASE}/events`, async ({ url, query }, reply) => {
      const parsed = parseEventsQuery(query);
      if (!parsed.ok) return refuse(reply, parsed.faults);
      return withLog(reply, views, (log) => eventsPage(url, parsed.query, views, log));
    });
    api.get<{ Params: { seq: string } }>(`${BASE}/events/:seq`, async ({ query, params }, reply) => {
      const parsed = parseQuery(eventParameters, query);
      const faults = parsed.ok ? [] : parsed.faults;
      const seq = parseSeq(params.seq);
      if (seq === null) faults.push('the number of an event must be a whole number, 1 or more');
      if (!parsed.ok || seq === null) return refuse(reply, faults);
      return withLog(reply, views, ({ firstSeq, lastSeq }) => {
        const found = views.event(seq, parsed.query.explain);
        if (found) return found.text;
        reply.code(404);
        const error = `no event ${seq}; the log holds ${firstSeq} to ${lastSeq}, except forgotten ones`;
        return JSON.stringify({ error });
      });
    });
    api.get(`${BASE}/cameras`, async () => ({ cameras: views.cameras() }));
    api.get(`${BASE}/dead-letters`, async ({ url, query }, reply) => {
      const parsed = parseQuery(letterParameters, query);
      if (!parsed.ok) return refuse(reply, parsed.faults);
      const { before = null, limit } = parsed.query;
      return withLog(reply, views, () => {
        const letters = views.deadLetters(before, limit + 1);
        const stored = letters.map((letter) => ({ number: letter.number, text: JSON.stringify(letter) }));
        const page = firstOf(stored.slice(0, limit));
        const more = letters.length > page.length;
        const next = more ? nextAddress(url, 'before', page.at(-1)?.number) : null;
        return `{"deadLetters":[${page.map(({ text }) => text).join(',')}],"next":${JSON.stringify(next)}}`;
      });
    });
  });
}

/** A page of events, joined from their stored JSON without parsing it. */
function eventsPage(
  url: string,
  query: EventsQuery,
  views: ApiViews,
  { epoch, firstSeq, lastSeq }: LogState,
): string {
  const found = views.find({ ...query, limit: query.limit + 1 });
  const events = firstOf(found.slice(0, query.limit));
  const more = found.length > events.length;
  const next = more ? nextAddress(url, query.oldestFirst ? 'after' : 'before', events.at(-1)?.seq) : null;
  const notices = events.length === 0 ? noticesOf(query, views.selectable?.()) : [];
  const about = JSON.stringify({ next, epoch, firstSeq, lastSeq, ...(notices.length > 0 && { notices }) });
  return `{"events":[${events.map(({ text }) => text).join(',')}],${about.slice(1)}`;
}

/** Why a query may have found nothing: it names a camera or person that there is not. No error: the log may once have had events of them. */
function noticesOf({ cameras, people }: EventsQuery, selectable: Selectable | undefined): string[] {
  if (!selectable) return [];
  return [unknownCameras(cameras, selectable.cameras), unknownPeople(people, selectable.people)].filter(
    (notice) => notice !== null,
  );
}

/** As many items as fit into {@link MAX_PAGE_BYTES}, at least one. */
function firstOf<T extends { text: string }>(items: T[]): T[] {
  let bytes = 0;
  const end = items.findIndex(({ text }, index) => {
    bytes += Buffer.byteLength(text);
    return index > 0 && bytes > MAX_PAGE_BYTES;
  });
  return end < 0 ? items : items.slice(0, end);
}

/** The address of the next page: the same request with one parameter replaced. */
function nextAddress(url: string, parameter: string, number: number | undefined): string {
  const [path, query] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set(parameter, String(number));
  return `${path}?${parameters}`;
}

function refuse(reply: FastifyReply, faults: string[]): FastifyReply {
  return reply.code(400).send({ error: faults.join('; '), errors: faults });
}

/** Answers with JSON made from the log; 503 while the log is not readable. */
async function withLog(
  reply: FastifyReply,
  { log }: ApiViews,
  answer: (log: LogState) => string,
): Promise<FastifyReply> {
  let text: string;
  try {
    const state = log();
    if (state.epoch === null) throw new Error('the event log is not open');
    text = answer(state);
  } catch {
    return refuseWithoutLog(reply);
  }
  return reply.header('content-type', 'application/json; charset=utf-8').send(text);
}
