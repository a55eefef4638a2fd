import { describe, expect, it } from 'vitest';
import { ANYBODY, type Caller } from '../../src/core/access.js';
import { viewsOf } from '../../src/http/api.js';
import { httpServer } from '../helpers/http.js';
import { openLog, pending } from '../helpers/log.js';

const ANNA: Caller = { ...ANYBODY, name: 'anna', role: 'viewer' };
const BEN: Caller = { ...ANYBODY, name: 'ben', role: 'viewer', cameras: ['yard'] };

/** A real server on a real log with three events; two at the door, one in the yard. */
async function served() {
  const { log, folder } = await openLog();
  log.append(pending([{ camera: 'door' }, { camera: 'yard', person: 'bob' }, { camera: 'door' }]));
  let caller = ANNA;
  const { address } = await httpServer(
    {
      api: {
        ...viewsOf(log, () => []),
        marks: (reader, first, last) => log.use(({ reviewed }) => reviewed.among(reader, first, last)),
      },
      review: (reader, seq, isReviewed) => log.use(({ reviewed }) => reviewed.set(reader, seq, isReviewed)),
    },
    { identify: () => caller },
  );
  const set = async (method: 'PUT' | 'DELETE', seq: number | string) =>
    (await fetch(`${address}/api/v1/events/${seq}/reviewed`, { method })).status;
  const events = async (query = '') => {
    const { events, next } = (await (await fetch(`${address}/api/v1/events${query}`)).json()) as {
      events: { seq: number; reviewed?: boolean }[];
      next: string | null;
    };
    return { marked: events.map(({ seq, reviewed }) => (reviewed ? [seq] : seq)), next };
  };
  return { log, folder, set, events, address, as: (other: Caller) => (caller = other) };
}

describe('addReviewRoutes', () => {
  it('mark an event for the caller alone, and take the mark back', async () => {
    const { set, events, as, address } = await served();
    expect(await set('PUT', 2)).toBe(204);
    expect(await set('PUT', 2)).toBe(204);
    expect((await events()).marked).toEqual([3, [2], 1]);
    expect(await (await fetch(`${address}/api/v1/events/2`)).json()).toMatchObject({
      seq: 2,
      reviewed: true,
    });
    as(BEN);
    expect((await events()).marked).toEqual([2]);
    as(ANNA);
    expect(await set('DELETE', 2)).toBe(204);
    expect((await events()).marked).toEqual([3, 2, 1]);
  });

  it('let events be found by the mark, together with other filters', async () => {
    const { set, events } = await served();
    expect((await events('?reviewed=true')).marked).toEqual([]);
    for (const seq of [1, 2]) await set('PUT', seq);
    expect((await events('?reviewed=true')).marked).toEqual([[2], [1]]);
    expect((await events('?reviewed=true&camera=door')).marked).toEqual([[1]]);
    expect((await events('?reviewed=false')).marked).toEqual([3]);
    expect((await events('?reviewed=true&limit=1')).next).toBe(
      '/api/v1/events?reviewed=true&limit=1&before=2',
    );
    expect((await events('?reviewed=true&after=1')).marked).toEqual([[2]]);
  });

  it('answer 404 for an event that there is not, or that the caller may not see', async () => {
    const { set, as } = await served();
    expect([await set('PUT', 4), await set('DELETE', 4), await set('PUT', 'x')]).toEqual([404, 404, 400]);
    as(BEN);
    expect(await set('PUT', 1)).toBe(404);
  });

  it('go with the event', async () => {
    const { log, set } = await served();
    await set('PUT', 2);
    await log.forgetPerson('bob', () => {});
    expect(log.use(({ reviewed }) => reviewed.span('user anna'))).toBeNull();
  });

  it('answer 503 while there is no log', async () => {
    const { log, set } = await served();
    await log.stop();
    expect(await set('PUT', 2)).toBe(503);
  });
});
