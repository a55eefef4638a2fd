import { z } from 'zod';
import { type Caller, maySee } from '../core/access.js';
import { eventSchema } from '../events/eventSchema.js';
import type { Api } from './application.js';
import { type Selectable, spellingsOf, unknownCameras, unknownPeople } from './message.js';
import { firstOf, next, nextAddress } from './paging.js';
import { type EventsQuery, eventsQuery, flag, numberInPath } from './parameters.js';
import { refuseMissing } from './refusal.js';
import type { StoredEvent } from './replay.js';
import type { LogState } from './resume.js';
import { readerOf } from './reviewRoutes.js';
import { sendJson, withLog } from './storedJson.js';
import { visibleText } from './visibleEvent.js';

/** A query as the log takes it. */
export interface StoredQuery extends Omit<EventsQuery, 'reviewed'> {
  reviewed: { reader: string; wanted: boolean } | null;
}

/** The stored events. Everything throws while the log is not open. */
export interface EventViews {
  log: () => LogState;
  /** Stored events that match, oldest first if the query asks for it, else newest first. */
  find: (query: StoredQuery) => StoredEvent[];
  /** Which of the events of a span, both ends included, a caller has marked. */
  marks?: ((reader: string, first: number, last: number) => readonly number[]) | undefined;
  /** One stored event; null when the log does not have it. */
  event: (seq: number, explain: boolean) => StoredEvent | null;
  /** What a query may name; without it, nothing is said of names that there are not. */
  selectable?: (() => Selectable) | undefined;
}

const event = eventSchema
  .and(z.object({ reviewed: z.literal(true).optional().describe('The caller has marked the event.') }))
  .meta({ id: 'Event' });
const page = z
  .object({
    events: z.array(event),
    next,
    epoch: z.string().describe('Id of the event log.'),
    firstSeq: z.int().describe('seq of the oldest event in the log.'),
    lastSeq: z.int().describe('seq of the newest event in the log.'),
    notices: z
      .array(z.string())
      .optional()
      .describe('Where nothing was found: names in the query that there are not.'),
  })
  .meta({ id: 'EventsPage' });

/** Adds the routes of stored events. */
export function addEventRoutes(app: Api, views: EventViews): void {
  app.get(
    '/api/v1/events',
    {
      config: { needs: 'events:read' },
      schema: {
        operationId: 'listEvents',
        tags: ['events'],
        summary: 'Stored events, newest first; with after, oldest first',
        querystring: eventsQuery,
        response: { 200: page },
      },
    },
    async ({ url, query, caller }, reply) =>
      withLog(reply, views, (log) => sendJson(reply, eventsPage(url, query, caller, views, log))),
  );
  app.get(
    '/api/v1/events/:seq',
    {
      config: { needs: 'events:read' },
      schema: {
        operationId: 'getEvent',
        tags: ['events'],
        summary: 'One event',
        params: z.object({ seq: numberInPath('an event') }),
        querystring: z.strictObject({ explain: flag }),
        response: { 200: event },
      },
    },
    async ({ params: { seq }, query: { explain }, caller }, reply) =>
      withLog(reply, views, ({ firstSeq, lastSeq }) => {
        const found = views.event(seq, explain);
        if (found && maySee(caller, found.camera)) return sendJson(reply, marked([found], caller, views)[0]);
        return refuseMissing(
          reply,
          `no event ${seq}; the log holds ${firstSeq} to ${lastSeq}, except forgotten ones`,
        );
      }),
  );
}

/** A page of events, joined from their stored JSON without parsing it. */
function eventsPage(
  url: string,
  query: EventsQuery,
  caller: Caller,
  views: EventViews,
  { epoch, firstSeq, lastSeq }: LogState,
): string {
  const cameras = visibleCameras(query.cameras, caller);
  const reviewed = query.reviewed === null ? null : { reader: readerOf(caller), wanted: query.reviewed };
  const selectable = views.selectable?.();
  const people = spellingsOf(query.people, selectable?.people);
  const found = cameras && views.find({ ...query, cameras, people, reviewed, limit: query.limit + 1 });
  const events = firstOf(found?.slice(0, query.limit) ?? []);
  const more = found !== null && found.length > events.length;
  const next = more ? nextAddress(url, query.oldestFirst ? 'after' : 'before', events.at(-1)?.seq) : null;
  const notices = events.length === 0 ? noticesOf(query, caller, selectable) : [];
  const about = JSON.stringify({ next, epoch, firstSeq, lastSeq, ...(notices.length > 0 && { notices }) });
  return `{"events":[${marked(events, caller, views).join(',')}],${about.slice(1)}`;
}

/** Events as JSON as the caller may see them, each with the caller's mark. */
function marked(events: readonly StoredEvent[], caller: Caller, { marks }: EventViews): string[] {
  const seqs = events.map(({ seq }) => seq);
  const looked = new Set(
    events.length === 0 ? [] : marks?.(readerOf(caller), Math.min(...seqs), Math.max(...seqs)),
  );
  return events.map((event) => {
    const text = visibleText(event, caller);
    return looked.has(event.seq) ? `${text.slice(0, -1)},"reviewed":true}` : text;
  });
}

/** Of the cameras that a query names, those that the caller may see; empty: all that there are; null: none. */
export function visibleCameras(wanted: string[], { cameras }: Caller): string[] | null {
  if (cameras === null) return wanted;
  const visible = wanted.length === 0 ? [...cameras] : wanted.filter((id) => cameras.includes(id));
  return visible.length === 0 ? null : visible;
}

/** Why a query may have found nothing: it names a camera or person that there is not. No error: the log may once have had events of them. */
function noticesOf(
  { cameras, people }: EventsQuery,
  caller: Caller,
  selectable: Selectable | undefined,
): string[] {
  if (!selectable) return [];
  const visible = selectable.cameras.filter((id) => maySee(caller, id));
  const known = caller.scopes.has('people:read') ? selectable.people : null;
  return [unknownCameras(cameras, visible), unknownPeople(people, known)].filter((notice) => notice !== null);
}
