import { cleanup, render, screen } from '@testing-library/preact';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../../src/dashboard/api/model.js';
import { cameras } from '../../src/dashboard/state/household.js';
import { ClusterPanel } from '../../src/dashboard/views/clusterPanel.js';

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const node = (name: string, more: Partial<Cluster['nodes'][number]> = {}): Cluster['nodes'][number] => ({
  ...{ node: name, version: '1.2.3', session: 's', startedAt: ago(90), heardMs: 0, load: null },
  ...{ cameras: [], lag: null, sinks: [], forgotten: null, ...more },
});
const cluster: Cluster = {
  ...{ name: 'home', node: 'hallway', config: 'file', problem: null, sender: 'attic' },
  nats: { connected: true, server: 'n1:4222', version: '2.9.10', losses: 0, clockOffsetMs: 0 },
  nodes: [
    node('attic', { load: { utilization: 0.42, dropped: 0, maxCameras: 64 }, lag: { outbox: 3, feed: 4 } }),
    node('hallway', {
      cameras: [
        { id: 'door', state: 'live', message: null, since: ago(5), lease: 7, lastFrameAt: null },
        { id: 'yard', state: 'unreachable', message: 'no route', since: ago(5), lease: 8, lastFrameAt: null },
      ],
    }),
  ],
  unwatched: [],
  problems: ['no node watches gate: all are busy'],
};

afterEach(() => {
  cleanup();
  cameras.value = null;
});

describe('ClusterPanel', () => {
  it('shows nodes, who watches what and since when, lag, sender and problems', () => {
    render(<ClusterPanel cluster={cluster} />);
    expect(screen.getByRole('region', { name: 'Cluster home' })).toBeTruthy();
    expect(screen.getByText('NATS 2.9.10 at n1:4222')).toBeTruthy();
    expect(screen.getByText('no node watches gate: all are busy')).toBeTruthy();
    const rows = screen.getAllByRole('row').map((row) => row.textContent ?? '');
    expect(rows[1]).toMatch(/^attic.*sends to webhooks and broker1\.2\.3–.*42 %34$/);
    expect(rows[2]).toMatch(/^hallway.*this node.*door.*for \d min.*yard.*for \d min/);
  });

  it('says that there is no connection', () => {
    const nats = { connected: false, server: null, version: null, losses: 1, clockOffsetMs: null };
    render(<ClusterPanel cluster={{ ...cluster, nats, nodes: [], problems: [] }} />);
    expect(screen.getByText('No connection to NATS')).toBeTruthy();
  });
});
