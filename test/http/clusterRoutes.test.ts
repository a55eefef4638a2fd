import { describe, expect, it } from 'vitest';
import { ANYBODY, READER } from '../../src/core/access.js';
import { SpotterError } from '../../src/core/errors.js';
import type { ClusterOverview, ClusterViews } from '../../src/http/clusterRoutes.js';
import type { SharedConfigViews } from '../../src/http/sharedConfigRoutes.js';
import { httpServer } from '../helpers/http.js';

const time = '2026-01-01T00:00:00.000Z';
const held = (id: string) => ({
  ...{ id, state: 'live', message: null, since: time, lease: 3, lastFrameAt: null },
});
const cluster: ClusterOverview = {
  ...{ name: 'home', node: 'a', config: 'file', problem: null, sender: 'a' },
  nats: { connected: true, server: 'n1:4222', version: '2.9.10', losses: 0, clockOffsetMs: 4 },
  nodes: [
    {
      ...{ node: 'a', version: '1.2.3', session: 's', startedAt: time, heardMs: 0, load: null },
      ...{ cameras: [held('door'), held('yard')], lag: null, sinks: [], forgotten: null },
    },
  ],
  unwatched: [{ id: 'gate', reason: 'all are busy' }],
  problems: ['no node watches gate: all are busy'],
};

type Views = ClusterViews & SharedConfigViews;

async function served(more: Partial<Views>, caller = ANYBODY) {
  const views: Views = {
    sharedConfig: () => ({ text: 'cameras: []\n', revision: 12 }),
    shareConfig: async (text) => ({ text, revision: 13 }),
    cluster: () => cluster,
    clusterMetrics: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'a{node="a"} 1\n' }),
    removeNode: async (node) => {
      if (node !== 'gone') throw new SpotterError('cluster.other', `node ${node} is running`);
    },
    ...more,
  };
  const { address } = await httpServer({ cluster: views }, { identify: () => caller });
  return (path: string, init?: RequestInit) => fetch(`${address}/api/v1/cluster${path}`, init);
}

describe('addClusterRoutes', () => {
  it('serve the cluster and the metrics of all nodes', async () => {
    const get = await served({});
    expect(await (await get('')).json()).toEqual({ cluster });
    const metrics = await get('/metrics');
    expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4');
    expect(await metrics.text()).toBe('a{node="a"} 1\n');
  });

  it('say that there is none', async () => {
    const get = await served({
      cluster: () => null,
      clusterMetrics: async () => {
        throw new SpotterError('cluster.unfit', 'this node is in no cluster');
      },
    });
    expect(await (await get('')).json()).toEqual({ cluster: null });
    expect((await get('/metrics')).status).toBe(503);
  });

  it('show a caller only the cameras that it may see', async () => {
    const get = await served({}, { ...ANYBODY, cameras: ['yard'] });
    const { cluster: found } = (await (await get('')).json()) as { cluster: ClusterOverview };
    expect(found.nodes[0].cameras).toEqual([held('yard')]);
    expect([found.unwatched, found.problems]).toEqual([[], []]);
  });

  it('are not for callers who may not read the state of the service', async () => {
    const get = await served({}, { ...READER, scopes: new Set(['events:read']) });
    for (const path of ['', '/metrics']) expect((await get(path)).status).toBe(403);
  });
});

describe('addNodeRemoval', () => {
  it('takes a node off, and says why it does not', async () => {
    const send = await served({});
    const gone = await send('/nodes/gone', { method: 'DELETE' });
    expect([gone.status, await gone.json()]).toEqual([200, { removed: 'gone' }]);
    const running = await send('/nodes/attic', { method: 'DELETE' });
    expect([running.status, await running.json()]).toMatchObject([409, { error: 'node attic is running' }]);
    const reader = await served({}, { ...READER, scopes: new Set(['service:read']) });
    expect((await reader('/nodes/gone', { method: 'DELETE' })).status).toBe(403);
  });
});

describe('addSharedConfigRoutes', () => {
  const put = (body: string, headers: Record<string, string> = {}) => ({
    ...{ method: 'PUT', body },
    headers: { 'content-type': 'text/yaml', ...headers },
  });

  it('serve the shared cameras with their revision, and replace them', async () => {
    const given: unknown[] = [];
    const ask = await served({
      shareConfig: async (text, revision) => {
        given.push(text, revision);
        return { text, revision: 13 };
      },
    });
    const found = await ask('/config');
    expect([found.headers.get('etag'), found.headers.get('content-type')]).toEqual([
      '"12"',
      'text/yaml; charset=utf-8',
    ]);
    expect(await found.text()).toBe('cameras: []\n');
    const changed = await ask('/config', put('cameras: []', { 'if-match': '"12"' }));
    expect([changed.headers.get('etag'), await changed.json()]).toEqual(['"13"', { revision: 13 }]);
    expect((await ask('/config', put('{"cameras":[]}'))).status).toBe(200);
    expect(given).toEqual(['cameras: []', 12, '{"cameras":[]}', null]);
  });

  it.each([
    ['config.changed', 412],
    ['config.invalid', 422],
    ['cluster.unreachable', 503],
  ] as const)('answer %s with %i', async (code, status) => {
    const ask = await served({
      shareConfig: async () => {
        throw new SpotterError(code, 'why');
      },
    });
    expect((await ask('/config', put('cameras: []'))).status).toBe(status);
  });

  it('refuse what is no revision, no YAML, and callers who may not change anything', async () => {
    const ask = await served({});
    expect((await ask('/config', put('cameras: []', { 'if-match': 'new' }))).status).toBe(400);
    expect((await ask('/config', put('{}', { 'content-type': 'application/json' }))).status).toBe(415);
    const reader = await served({}, READER);
    expect((await reader('/config')).status).toBe(403);
    expect((await reader('/config', put('cameras: []'))).status).toBe(403);
  });
});
