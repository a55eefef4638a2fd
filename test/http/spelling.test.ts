import { describe, expect, it } from 'vitest';
import { viewsOf } from '../../src/http/api.js';
import { byNameKey } from '../../src/http/message.js';
import type { VisitsQuery } from '../../src/http/parameters.js';
import { httpServer } from '../helpers/http.js';
import { openLog, pending } from '../helpers/log.js';

/** A server on a log with events of alice, before and after the folder was renamed, and of others. */
async function serve() {
  const { log } = await openLog();
  log.append(pending(['ALICE', 'Alice', 'zoë', 'bob', 'BOB'].map((person) => ({ person }))));
  const asked: VisitsQuery[] = [];
  const { address } = await httpServer({
    api: viewsOf(
      log,
      () => [],
      () => ({ cameras: [], people: byNameKey(['Alice', 'zoë', 'carol']) }),
    ),
    visits: async (query) => {
      asked.push(query);
      return { visits: [], before: null };
    },
  });
  const get = async (path: string) => (await fetch(`${address}/api/v1/${path}`)).json();
  return { asked, get: get as (path: string) => Promise<{ events: { seq: number }[]; notices?: string[] }> };
}

const SPELLINGS: [given: string, events: number[], asked: string[]][] = [
  ['alice', [2], ['alice', 'Alice']],
  ['ALICE', [2, 1], ['ALICE', 'Alice']],
  ['Alice', [2], ['Alice']],
  ['Alice,alice', [2], ['Alice', 'alice']],
  ['ZOE%CC%88', [3], ['ZOE\u0308', 'zoë']],
  // Not in the gallery: nobody knows which spelling is meant.
  ['bob', [4], ['bob']],
];

describe('person=', () => {
  it.each(SPELLINGS)(
    '%s finds the person of the gallery, and events under the name as given',
    async (given, events, people) => {
      const { asked, get } = await serve();
      const page = await get(`events?person=${given}`);
      expect(page.events.map(({ seq }) => seq)).toEqual(events);
      expect(page.notices).toBe(undefined);
      await get(`visits?person=${given}`);
      expect(asked[0].people).toEqual(people);
    },
  );

  it('still says where nobody is called like this', async () => {
    const { get } = await serve();
    expect((await get('events?person=alcie')).notices).toEqual([
      'nobody in the gallery is named "alcie" now; did you mean "Alice"?',
    ]);
  });
});
