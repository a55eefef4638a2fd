import { describe, expect, it } from 'vitest';
import type { EventDraft, SpotterEvent } from '../../src/events/event.js';
import { viewsOf } from '../../src/http/api.js';
import { byNameKey } from '../../src/http/message.js';
import { cameraView, httpServer } from '../helpers/http.js';
import { openLog, pending } from '../helpers/log.js';

const T0 = Date.UTC(2026, 0, 1);
const EXPLAIN = { checks: [], looks: 3, usable: 2 };

interface Page {
  events: SpotterEvent[];
  next: string | null;
  epoch: string;
  firstSeq: number;
  lastSeq: number;
  error: string;
  errors: string[];
  notices?: string[];
}

/** Starts a real server on a real log that holds these events. */
async function serve(changes: Partial<EventDraft>[]) {
  const { log } = await openLog();
  if (changes.length > 0) log.append(pending(changes));
  const http = await httpServer({
    api: viewsOf(
      log,
      () => [cameraView('door')],
      () => ({ cameras: ['door'], people: byNameKey(['alice', 'carol']) }),
    ),
  });
  const get = async (path: string) => {
    const response = await fetch(`${http.address}${path}`);
    return { status: response.status, headers: response.headers, body: (await response.json()) as Page };
  };
  const seqs = async (query: string) =>
    (await get(`/api/v1/events${query}`)).body.events.map(({ seq }) => seq);
  return { log, http, get, seqs };
}

const STORY: Partial<EventDraft>[] = [
  { kind: 'appeared', person: null, capturedAtMs: T0 },
  { kind: 'match', capturedAtMs: T0 + 1000, explain: EXPLAIN },
  { kind: 'unknown', person: null, camera: 'yard', capturedAtMs: T0 + 2000 },
  { kind: 'match', person: 'bob', camera: 'yard', capturedAtMs: T0 + 3000 },
  { kind: 'left', capturedAtMs: T0 + 4000 },
];

describe('addApi: /api/v1/events', () => {
  it('returns the newest events first, or those after a number in order', async () => {
    const { get, seqs, log } = await serve(STORY);
    const { status, headers, body } = await get('/api/v1/events');
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({ next: null, epoch: log.epoch, firstSeq: 1, lastSeq: 5 });
    expect(body.events.toReversed()).toEqual(log.after(0, 10));
    expect(await seqs('?after=2')).toEqual([3, 4, 5]);
    expect(await seqs('?after=2&before=5')).toEqual([3, 4]);
    expect(await seqs('?before=3')).toEqual([2, 1]);
  });

  it('names the camera and person that was probably meant when it finds nothing, and only then', async () => {
    const { get } = await serve(STORY);
    const noticesOf = async (query: string) => (await get(`/api/v1/events${query}`)).body.notices;
    expect(await noticesOf('?camera=dor&person=carl')).toEqual([
      'no camera "dor" is configured; did you mean "door"?',
      'nobody in the gallery is named "carl" now; did you mean "carol"?',
    ]);
    // Neither is there now, but the log has events of them.
    expect(await noticesOf('?camera=yard&person=bob')).toBe(undefined);
    expect(await noticesOf('?camera=door&person=carol')).toBe(undefined);
  });

  it('filters by time, camera, person and kind, by one value or several', async () => {
    const { seqs } = await serve(STORY);
    expect(await seqs('?camera=yard')).toEqual([4, 3]);
    expect(await seqs('?person=alice&kind=match')).toEqual([2]);
    expect(await seqs('?person=alice&person=bob')).toEqual([5, 4, 2]);
    expect(await seqs('?kind=unknown,left')).toEqual([5, 3]);
    expect(await seqs(`?from=${T0 + 1000}&to=${T0 + 3000}`)).toEqual([3, 2]);
    expect(await seqs('?from=2026-01-01T00:00:03Z')).toEqual([5, 4]);
    expect(await seqs('?to=2026-01-01T01:00:01+01:00')).toEqual([1]);
    expect(await seqs('?to=2026-01-01T01:00:01%2B0100&from=2025-12-31T24:00:00Z')).toEqual([1]);
    expect(await seqs('?from=2026-01-02')).toEqual([]);
    expect(await seqs('?kind=match,match&kind=unknown&limit=2&explain=false')).toEqual([4, 3]);
    expect(await seqs('?person=nobody')).toEqual([]);
  });

  it('begins a day at midnight of the zone that is asked for, else of the daemon', async () => {
    const hour = 3_600_000;
    const { seqs, get } = await serve([
      { capturedAtMs: T0 - 9 * hour },
      { capturedAtMs: T0 - 1 },
      { capturedAtMs: T0 },
      { capturedAtMs: T0 + 5 * hour },
    ]);
    expect(await seqs('?from=2026-01-01&tz=Asia/Tokyo')).toEqual([4, 3, 2, 1]);
    expect(await seqs('?from=2026-01-01&tz=UTC')).toEqual([4, 3]);
    expect(await seqs('?from=2026-01-01&tz=america/new_york')).toEqual([4]);
    expect(await seqs('?from=2025-12-31&to=2026-01-01&tz=America/New_York')).toEqual([3, 2, 1]);
    expect(await seqs('?from=2026-01-01&tz=Etc/GMT+5')).toEqual([4]);
    expect(await seqs('?from=2026-01-01T00:00:00Z&tz=Asia/Tokyo')).toEqual([4, 3]);
    expect(await seqs('?from=2026-01-01')).toEqual(await seqs(`?from=${new Date(2026, 0, 1).getTime()}`));
    const { body } = await get('/api/v1/events?from=2026-01-01&tz=Asia/Tokyo&limit=1');
    expect(body.next).toContain('tz=Asia%2FTokyo');
  });

  it.each(['?limit=7', '?limit=7&after=0'])('pages on while new events arrive: %s', async (query) => {
    const { log, get } = await serve(Array.from({ length: 30 }, () => ({})));
    const found: number[] = [];
    let next: string | null = `/api/v1/events${query}`;
    for (let page = 0; next !== null && page < 20; page++) {
      const { body }: { body: Page } = await get(next);
      found.push(...body.events.map(({ seq }) => seq));
      next = body.next;
      if (page < 2) log.append(pending([{}]));
    }
    const all = Array.from({ length: query.includes('after') ? 32 : 30 }, (_, index) => index + 1);
    expect(found).toEqual(query.includes('after') ? all : all.toReversed());
  });

  it('includes the explanation with explain=true', async () => {
    const { get } = await serve(STORY);
    const explained = async (path: string) => {
      const { body } = await get(path);
      return (body.events ?? [body]).find(({ seq }) => seq === 2)?.explain;
    };
    expect(await explained('/api/v1/events')).toBeNull();
    expect(await explained('/api/v1/events?explain=true')).toEqual(EXPLAIN);
    const one = (await get('/api/v1/events/2?explain=true')).body as unknown as SpotterEvent;
    expect(one).toMatchObject({ seq: 2, person: 'alice', explain: EXPLAIN });
  });

  it.each([
    ['limit=0', 'limit must be a whole number, 1 to 500, not "0"'],
    ['limit=501', 'limit must be a whole number, 1 to 500, not "501"'],
    ['after=-1', 'after must be a whole number, 0 or more, not "-1"'],
    ['before=x', 'before must be a whole number, 1 or more, not "x"'],
    [
      'from=yesterday',
      'from must be a time such as 2026-11-24T18:00:00Z, a day or ms since 1970, not "yesterday"',
    ],
    [
      'from=2026-01-01T10:00',
      'from must be a time such as 2026-11-24T18:00:00Z, a day or ms since 1970, not "2026-01-01T10:00"',
    ],
    [
      'to=2026-02-31',
      'to must be a time such as 2026-11-24T18:00:00Z, a day or ms since 1970, not "2026-02-31"',
    ],
    [
      'from=2026-13-45',
      'from must be a time such as 2026-11-24T18:00:00Z, a day or ms since 1970, not "2026-13-45"',
    ],
    ['from=5&to=5', 'from must be before to'],
    ['from=2026-01-02&to=2026-01-02&tz=Asia/Tokyo', 'from must be before to'],
    [
      'from=2026-01-01&tz=Middle/Earth',
      'tz must be a time zone such as Europe/Berlin or UTC, not "Middle/Earth"',
    ],
    ['tz=', 'tz must be a time zone such as Europe/Berlin or UTC, not ""'],
    ['tz=UTC&tz=UTC', 'tz is given 2 times; give it once'],
    [
      'kind=maybe',
      'kind must be one of appeared, match, unknown, ambiguous, left, visit_started, visit_ended, gap, not "maybe"',
    ],
    [
      'kind=match,maybe&kind=never',
      'kind must be one of appeared, match, unknown, ambiguous, left, visit_started, visit_ended, gap, not "maybe"',
    ],
    ['camera=', 'camera must be one or more names of 1 to 64 characters'],
    ['camera=door,,', 'camera must be one or more names of 1 to 64 characters'],
    [`person=${'x'.repeat(65)}`, 'person must be one or more names of 1 to 64 characters'],
    ['before=0', 'before must be a whole number, 1 or more, not "0"'],
    ['after=9007199254740992', 'after must be a whole number, 0 or more, not "9007199254740992"'],
    ['after=', 'after must be a whole number, 0 or more, not ""'],
    ['limit=1e2', 'limit must be a whole number, 1 to 500, not "1e2"'],
    [`limit=${'9'.repeat(50)}`, `limit must be a whole number, 1 to 500, not "${'9'.repeat(40)}…"`],
    ['explain=true&explain=true', 'explain is given 2 times; give it once'],
    ['from=1&from=2&from=3', 'from is given 3 times; give it once'],
    ['explain=1', 'explain must be true or false, not "1"'],
    ['limit=1&limit=2', 'limit is given 2 times; give it once'],
    [
      'persn=alice',
      '"persn" is not a parameter here; valid are after, before, from, to, tz, camera, person, kind, limit, explain, reviewed',
    ],
    [
      '__proto__=1',
      '"__proto__" is not a parameter here; valid are after, before, from, to, tz, camera, person, kind, limit, explain, reviewed',
    ],
    [
      'toString=1',
      '"toString" is not a parameter here; valid are after, before, from, to, tz, camera, person, kind, limit, explain, reviewed',
    ],
  ])('refuses %s', async (query, message) => {
    const { get } = await serve(STORY);
    const { status, body } = await get(`/api/v1/events?${query}`);
    expect({ status, errors: body.errors }).toEqual({ status: 400, errors: [message] });
  });

  it('reports every fault of a request at once', async () => {
    const { get } = await serve(STORY);
    const { body } = await get('/api/v1/events?limit=0&kind=maybe&x=1');
    expect(body.errors).toHaveLength(3);
    expect(body.error).toBe(body.errors.join('; '));
    expect((await get('/api/v1/events?from=5&to=5&limit=0&x=1&y=1')).body.errors).toHaveLength(4);
    const names = (prefix: string) => Array.from({ length: 30 }, (_, index) => prefix + index).join(',');
    const many = await get(`/api/v1/events?camera=${names('c')}&person=${names('p')}`);
    expect(many.body.error).toMatch(/have 900 combinations, more than 512; ask for fewer/);
  });

  it('names the stored range when an event does not exist', async () => {
    const { get } = await serve(STORY);
    expect((await get('/api/v1/events/3')).body).toMatchObject({ seq: 3 });
    const { status, body } = await get('/api/v1/events/6');
    expect([status, body.error]).toEqual([404, 'no event 6; the log holds 1 to 5, except forgotten ones']);
    const { status: refused, body: refusal } = await get('/api/v1/events/x?explain=yes&limit=1');
    expect([refused, refusal.errors]).toEqual([
      400,
      [
        'explain must be true or false, not "yes"',
        '"limit" is not a parameter here; valid are explain',
        'the number of an event must be a whole number, 1 or more',
      ],
    ]);
  });

  it('answers 503 while there is no log, and still serves the cameras', async () => {
    const { log, get } = await serve(STORY);
    await log.stop();
    const { status, body } = await get('/api/v1/events');
    expect([status, body.error]).toEqual([503, 'the event log cannot be read now; see /readyz']);
    expect((await get('/api/v1/cameras')).status).toBe(200);
  });

  it('refuses a foreign Host header with 403', async () => {
    const { http } = await serve(STORY);
    const { request } = await import('node:http');
    const status = await new Promise((resolve) => {
      request(`${http.address}/api/v1/events`, { headers: { host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(403);
  });
});

describe('addApi: /api/v1/cameras and /api/v1/dead-letters', () => {
  it('list the cameras and, page by page, the dead letters', async () => {
    const { log, get } = await serve(STORY);
    expect((await get('/api/v1/cameras')).body).toEqual({
      cameras: [cameraView('door')],
    });
    expect((await get('/api/v1/dead-letters')).body).toEqual({ deadLetters: [], next: null });
    for (const seq of [1, 2, 3])
      log.add({ sink: 'hook', seq, reason: 'gone', at: '2026-01-01T00:00:00.000Z' });
    const first = (await get('/api/v1/dead-letters?limit=2')).body as unknown as {
      next: string;
      deadLetters: object[];
    };
    expect(first.deadLetters).toMatchObject([{ seq: 3 }, { seq: 2 }]);
    expect((await get(first.next)).body).toMatchObject({ deadLetters: [{ seq: 1 }], next: null });
    const { status, body } = await get('/api/v1/dead-letters?limit=x&before=0&after=1');
    expect([status, body.errors]).toEqual([
      400,
      [
        'before must be a whole number, 1 or more, not "0"',
        'limit must be a whole number, 1 to 500, not "x"',
        '"after" is not a parameter here; valid are before, limit',
      ],
    ]);
  });
});
