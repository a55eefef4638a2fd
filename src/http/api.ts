import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { type EventsQuery, flag, limit, parseEventsQuery, parseQuery, wholeNumber } from './parameters.js';
import type { StoredEvent } from './replay.js';
import type { LogState } from './resume.js';

/** What the API shows. Reading the log throws while there is none. */
export interface ApiViews {
  log: () => LogState;
  find: (query: EventsQuery) => StoredEvent[];
  event: (seq: number, explain: boolean) => StoredEvent | null;
  cameras: () => object[];
  /** Newest first, those with a number below `before`. */
  deadLetters: (before: number | null, limit: number) => { number: number }[];
}

/** What the API needs of the event log; see {@link ApiViews} for each. */
export interface LogViews {
  readonly state: LogState;
  find: (query: EventsQuery, explain: boolean) => StoredEvent[];
  event: ApiViews['event'];
  list: ApiViews['deadLetters'];
}

/** A log as the API shows it. @param cameras how each camera is doing */
export function viewsOf(log: LogViews, cameras: () => object[]): ApiViews {
  return {
    log: () => log.state,
    find: (query) => log.find(query, query.explain),
    event: (seq, explain) => log.event(seq, explain),
    cameras,
    deadLetters: (before, limit) => log.list(before, limit),
  };
}

const BASE = '/api/v1';
const eventParameters = z.strictObject({ explain: flag });
const letterParameters = z.strictObject({ before: wholeNumber(1).optional(), limit });

/** Adds the addresses under /api/v1. */
export function addApi(app: FastifyInstance, views: ApiViews): void {
  app.register(async (api) => {
    // What was seen is nobody's business but the reader's: no cache on the way keeps it.
    api.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'no-store'));
    api.get(`${BASE}/events`, async ({ url, query }, reply) => {
      const parsed = parseEventsQuery(query);
      if (!parsed.ok) return refuse(reply, parsed.faults);
      return withLog(reply, views, (log) => eventsPage(url, parsed.query, views, log));
    });
    api.get<{ Params: { seq: string } }>(`${BASE}/events/:seq`, async ({ query, params }, reply) => {
      const parsed = parseQuery(eventParameters, query);
      const faults = parsed.ok ? [] : parsed.faults;
      if (!/^\d{1,15}$/.test(params.seq)) faults.push('the number of an event is a whole number, from 1 on');
      if (!parsed.ok || faults.length > 0) return refuse(reply, faults);
      return withLog(reply, views, ({ firstSeq, lastSeq }) => {
        const found = views.event(Number(params.seq), parsed.query.explain);
        if (found) return found.text;
        reply.code(404);
        const error = `there is no event ${params.seq}; the log has ${firstSeq} to ${lastSeq}, less what was forgotten`;
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
        const deadLetters = letters.slice(0, limit);
        const last = deadLetters.at(-1)?.number;
        return JSON.stringify({
          deadLetters,
          next: letters.length > limit ? nextAddress(url, 'before', last) : null,
        });
      });
    });
  });
}

/** A page of events, put together from texts: nothing is parsed to be written again. */
function eventsPage(
  url: string,
  query: EventsQuery,
  views: ApiViews,
  { epoch, firstSeq, lastSeq }: LogState,
): string {
  const found = views.find({ ...query, limit: query.limit + 1 });
  const events = found.slice(0, query.limit);
  const more = found.length > query.limit;
  const next = more ? nextAddress(url, query.oldestFirst ? 'after' : 'before', events.at(-1)?.seq) : null;
  const about = JSON.stringify({ next, epoch, firstSeq, lastSeq });
  return `{"events":[${events.map(({ text }) => text).join(',')}],${about.slice(1)}`;
}

/** The same request, going on from a number. */
function nextAddress(url: string, parameter: string, number: number | undefined): string {
  const [path, query] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set(parameter, String(number));
  return `${path}?${parameters}`;
}

function refuse(reply: FastifyReply, faults: string[]): FastifyReply {
  return reply.code(400).send({ error: faults.join('; '), errors: faults });
}

/** Answers with JSON that the log has a part in, or says that there is no log. */
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
    return reply.code(503).send({ error: 'the event log cannot be read now; see /readyz' });
  }
  return reply.header('content-type', 'application/json; charset=utf-8').send(text);
}
