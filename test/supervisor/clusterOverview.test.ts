import { describe, expect, it } from 'vitest';
import type { Member } from '../../src/cluster/membership.js';
import { clusterOverview, type OverviewSources } from '../../src/supervisor/clusterOverview.js';

const camera = (id: string) => ({
  ...{ id, state: 'live', message: null, lease: 7, since: '2026-01-01T00:00:00.000Z' },
  ...{ lastFrameAt: null, width: 640, height: 360 },
});
const member = (node: string, more: Partial<Member> = {}): Member => ({
  ...{ format: 1, node, session: `of ${node}`, installation: node, version: '1.2.3' },
  ...{ startedAt: '2026-01-01T00:00:00.000Z', heardMs: 1000 },
  ...more,
});
const load = (maxCameras: number) => ({ utilization: 0.5, dropped: 0, maxCameras });
const view = (more: Partial<OverviewSources>) =>
  clusterOverview({
    ...{
      config: { name: 'home', config: 'file' },
      node: 'a',
      problem: null,
      clockOffsetMs: 3.4,
      nowMs: 1500,
    },
    nats: { isConnected: true, isRefused: false, losses: 1, server: 'n1:4222', version: '2.9.10' },
    members: [],
    cameras: [],
    reasonOf: (id) => `reason of ${id}`,
    ...more,
  });

describe('clusterOverview', () => {
  it('says who watches what, who sends, and how old each report is', () => {
    const members = [
      member('a', { cameras: [camera('door')], roles: ['sender'], load: load(64) }),
      member('b', { lag: { outbox: 1, feed: 2 } }),
    ];
    const found = view({ members, cameras: [{ id: 'door' }] });
    expect(found).toMatchObject({
      ...{ name: 'home', node: 'a', sender: 'a', unwatched: [], problems: [] },
      nats: { connected: true, losses: 1, server: 'n1:4222', version: '2.9.10', clockOffsetMs: 3 },
    });
    expect(found.nodes[0]).toMatchObject({ node: 'a', heardMs: 500, cameras: [{ id: 'door', lease: 7 }] });
    expect(found.nodes[1]).toMatchObject({ lag: { outbox: 1, feed: 2 }, load: null, sinks: [] });
  });

  it('names the cameras that nobody watches, each with its reason', () => {
    const members = [member('a', { cameras: [camera('door')] })];
    const { unwatched, problems } = view({ members, cameras: [{ id: 'door' }, { id: 'yard' }] });
    expect(unwatched).toEqual([{ id: 'yard', reason: 'reason of yard' }]);
    expect(problems).toEqual(['no node watches yard: reason of yard']);
  });

  it('names what somebody should look at', () => {
    const members = [
      member('a', { lag: { outbox: 1001, feed: 0 }, sinks: [{ name: 'mqtt', up: false, lag: 4 }] }),
      member('b', { version: '1.3.0', lag: { outbox: 0, feed: 2000 } }),
    ];
    expect(view({ members, clockOffsetMs: -3_600_000 }).problems).toEqual([
      'the nodes run several versions of spotter: 1.2.3, 1.3.0; upgrade the rest',
      'a has 1001 events still to publish',
      'b has 2000 events still to read',
      'mqtt accepts no events from a',
      'the clock of a is 3600 s ahead of that of the NATS servers; set it, such as with NTP',
    ]);
  });

  it('without NATS, that is the one problem', () => {
    const problem = 'waiting for NATS at nats://n1';
    const found = view({
      ...{ problem, nats: null, cameras: [{ id: 'door' }], clockOffsetMs: null },
      reasonOf: () => problem,
    });
    expect(found.problems).toEqual([problem]);
    expect(found.unwatched).toEqual([{ id: 'door', reason: problem }]);
    expect(found.nats).toEqual({
      ...{ connected: false, server: null, version: null, losses: 0, clockOffsetMs: null },
    });
  });
});
