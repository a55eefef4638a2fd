import { describe, expect, it } from 'vitest';
import { ANYBODY } from '../../src/core/access.js';
import { viewsOf } from '../../src/http/api.js';
import { visibleText } from '../../src/http/visibleEvent.js';
import { httpServer } from '../helpers/http.js';
import { openLog, pending } from '../helpers/log.js';

const GUEST = { ...ANYBODY, cameras: ['yard'] };

describe('visibleText', () => {
  it('leaves out the cameras of a visit that a caller may not see, and nothing else', () => {
    const text = '{"kind":"visit_ended","seq":3,"cameras":["door","yard"],"person":"alice"}';
    const event = { kind: 'visit_ended', text } as const;
    expect(visibleText(event, ANYBODY)).toBe(text);
    expect(JSON.parse(visibleText(event, GUEST))).toEqual({
      ...{ kind: 'visit_ended', seq: 3, cameras: ['yard'], person: 'alice' },
    });
    expect(visibleText({ kind: 'match', text }, GUEST)).toBe(text);
  });
});

describe('addEventRoutes: a caller who may see some cameras', () => {
  it('finds events of these only, and gets 404 for others, and for their pictures', async () => {
    const { log } = await openLog();
    log.append(pending([{ camera: 'door' }, { camera: 'yard' }]));
    const { address } = await httpServer(
      { api: viewsOf(log, () => []), snapshot: async () => new Uint8Array(5) },
      { identify: () => GUEST },
    );
    const get = (path: string) => fetch(`${address}/api/v1/events${path}`);
    const seqs = async (query: string) =>
      ((await (await get(query)).json()) as { events: { seq: number }[] }).events.map(({ seq }) => seq);
    expect([await seqs(''), await seqs('?camera=yard,door'), await seqs('?camera=door')]).toEqual([
      [2],
      [2],
      [],
    ]);
    for (const path of ['/1', '/1/snapshot.jpg', '/1/face.jpg']) {
      expect((await get(path)).status, path).toBe(404);
      expect((await get(path.replace('1', '2'))).status, path).toBe(200);
    }
    expect(await (await get('/1')).text()).toBe(
      (await (await get('/9')).text()).replaceAll('no event 9', 'no event 1'),
    );
  });

  it('is told of no camera that it may not see when it names one', async () => {
    const { log } = await openLog();
    const api = viewsOf(
      log,
      () => [],
      () => ({ cameras: ['door', 'yard'], people: null }),
    );
    const { address } = await httpServer({ api }, { identify: () => GUEST });
    const { notices } = (await (await fetch(`${address}/api/v1/events?camera=dor`)).json()) as {
      notices: string[];
    };
    expect(notices).toEqual(['no camera "dor" is configured; valid here: yard']);
  });
});
