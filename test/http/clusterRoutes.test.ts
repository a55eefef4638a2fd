import { describe, expect, it } from 'vitest';
import { ANYBODY, READER } from '../../src/core/access.js';
import { SpotterError } from '../../src/core/errors.js';
import type { ClusterOverview, ClusterViews } from '../../src/http/clusterRoutes.js';
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

async function served(more: Partial<ClusterViews>, caller = ANYBODY) {
  const views: ClusterViews = {
    cluster: () => cluster,
    clusterMetrics: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'a{node="a"} 1\n' }),
    ...more,
  };
  const { address } = await httpServer({ cluster: views }, { identify: () => caller });
  return (path: string) => fetch(`${address}/api/v1/cluster${path}`);
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
