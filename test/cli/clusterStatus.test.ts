import { describe, expect, it } from 'vitest';
import { statusLines } from '../../src/cli/clusterStatus.js';
import type { ClusterOverview } from '../../src/supervisor/clusterGlance.js';

const time = '2026-01-01T10:20:30.000Z';
const node = (name: string, more: Partial<ClusterOverview['nodes'][number]> = {}) => ({
  ...{ node: name, version: '1.2.3', session: 's', startedAt: time, heardMs: 0, load: null },
  ...{ cameras: [], lag: null, sinks: [], forgotten: null, ...more },
});
const camera = (id: string, state: string) => ({
  ...{ id, state, message: null, since: time, lease: 3, lastFrameAt: null },
});
const overview = (more: Partial<ClusterOverview>): ClusterOverview => ({
  ...{
    name: 'home',
    node: 'b',
    config: 'file',
    problem: null,
    sender: 'a',
    nodes: [],
    unwatched: [],
    problems: [],
  },
  nats: { connected: true, server: 'n1:4222', version: '2.9.10', losses: 0, clockOffsetMs: 0 },
  ...more,
});

describe('statusLines', () => {
  it('show nodes, who watches what, and what is wrong', () => {
    const load = { utilization: 0.421, dropped: 0, maxCameras: 64 };
    const nodes = [
      node('attic', { load, cameras: [camera('yard', 'no_video')], lag: { outbox: 1, feed: 2 } }),
      node('b', { cameras: [camera('door', 'live')] }),
    ];
    const unwatched = [{ id: 'gate', reason: 'all are busy' }];
    expect(statusLines(overview({ nodes, unwatched, sender: 'attic', problems: ['p'] }))).toEqual([
      'cluster home: 2 nodes, NATS 2.9.10 at n1:4222',
      '',
      'node   version  up since          busy  cameras  to publish  to read',
      'attic  1.2.3    2026-01-01 10:20  42 %  1 of 64  1           2        sends',
      'b      1.2.3    2026-01-01 10:20  -     1        -           -        this node',
      '',
      'camera  node   state',
      'door    b      live      since 2026-01-01 10:20:30',
      'yard    attic  no_video  since 2026-01-01 10:20:30',
      '',
      'gate: watched by no node: all are busy',
      '',
      'problem: p',
    ]);
  });

  it('say once that there is no connection', () => {
    const problem = 'NATS does not answer';
    const nats = { connected: false, server: null, version: null, losses: 1, clockOffsetMs: null };
    const lines = statusLines(overview({ nats, problem, problems: [problem] }));
    expect(lines[0]).toBe('cluster home: 0 nodes, no connection to NATS');
    expect(lines.filter((line) => line.includes(problem))).toEqual([`problem: ${problem}`]);
  });
});
