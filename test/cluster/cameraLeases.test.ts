import { beforeEach, describe, expect, it } from 'vitest';
import { CameraLeases, type Takeover } from '../../src/cluster/cameraLeases.js';
import type { ClusterPart, Joined } from '../../src/cluster/part.js';
import { monotonicMs } from '../../src/core/clock.js';
import { clusterNode } from '../helpers/cluster.js';
import { eventually } from '../helpers/daemon.js';
import { type NatsServer, needNats, startNats } from '../helpers/natsServer.js';

interface Camera {
  id: string;
  nodes: string[] | null;
  definition: string;
}

const camera = (id: string, change: Partial<Camera> = {}): Camera => ({
  ...{ id, nodes: null, definition: id },
  ...change,
});

/** A node that watches cameras, of which every frame comes at once. */
async function watchingNode(node: string, nats: NatsServer, cameras: Camera[]) {
  const taken: (Takeover & { atMs: number })[] = [];
  const stopped: { id: string; isLost: boolean; atMs: number }[] = [];
  const warnings: string[] = [];
  let joined: Joined | null = null;
  const leases = new CameraLeases({
    holder: { node, session: `session of ${node}` },
    maxCameras: 8,
    cameras: () => cameras,
    watched: (ids) =>
      ids.map((id) => ({
        ...{ id, state: 'live', message: null, width: 320, height: 240 },
        lastFrameMs: monotonicMs(),
      })),
    isReady: () => true,
    load: () => ({ utilization: 0.1, dropped: 0 }),
    onTaken: (takeover) => taken.push({ ...takeover, atMs: monotonicMs() }),
    onStopped: (id, isLost) => stopped.push({ id, isLost, atMs: monotonicMs() }),
    onLooked: () => {},
    warn: (text) => warnings.push(text),
  });
  const spy: ClusterPart = {
    join: async (all) => {
      joined = all;
    },
    leave: async () => {},
  };
  const { cluster } = clusterNode(node, [nats], {}, [spy, leases]);
  await cluster.start();
  const held = () => cameras.map(({ id }) => id).filter((id) => leases.isHeld(id));
  return {
    ...{ cluster, leases, taken, stopped, warnings, held },
    /** The end of its connection, as when its machine is gone. */
    cutOff: () => joined?.link.connection.close(),
  };
}

describe('CameraLeases', () => {
  beforeEach(needNats);

  it('shares cameras, and takes those of a node that is cut off when that one has stopped, with a higher token', async () => {
    const nats = await startNats();
    const cameras = ['door', 'gate', 'hall', 'yard'].map((id) => camera(id));
    const [a, b] = await Promise.all([watchingNode('a', nats, cameras), watchingNode('b', nats, cameras)]);
    await eventually(
      () => a.held().length + b.held().length,
      (count) => count === 4,
    );
    const ofA = a.held();
    expect(b.held()).toEqual(cameras.map(({ id }) => id).filter((id) => !ofA.includes(id)));
    const cutMs = monotonicMs();
    await a.cutOff();
    await eventually(b.held, ({ length }) => length === 4);
    for (const id of ofA) {
      const before = a.taken.find((one) => one.id === id);
      const after = b.taken.find((one) => one.id === id && one.term.token > (before?.term.token ?? 0));
      const end = a.stopped.find((one) => one.id === id);
      expect(end?.isLost).toBe(true);
      expect(after?.cause).toBe('node_lost');
      expect(after?.atMs).toBeGreaterThan(end?.atMs ?? Number.POSITIVE_INFINITY);
      expect((after?.atMs ?? 0) - cutMs).toBeLessThan(8000);
      // The other node has reported its last frame at most two seconds before.
      expect(Math.abs((after?.lastFrameMs ?? 0) - cutMs)).toBeLessThan(3000);
    }
  });

  it('stops when the servers do not answer, says so, and goes on when they do', async () => {
    const nats = await startNats();
    const a = await watchingNode('a', nats, [camera('door')]);
    await eventually(a.held, ({ length }) => length === 1);
    nats.pause();
    await eventually(a.held, ({ length }) => length === 0);
    await eventually(
      () => a.leases.reasons()('door'),
      (reason) => reason === 'waiting for the cluster',
    );
    expect(a.stopped).toEqual([expect.objectContaining({ id: 'door', isLost: true })]);
    nats.resume();
    await eventually(a.held, ({ length }) => length === 1);
    const [first, second] = a.taken;
    expect(second.term.token).toBeGreaterThan(first.term.token);
    expect(second.cause).toBe('node_lost');
    // The servers come back empty-handed: their memory is their disk.
    await nats.kill();
    await nats.start();
    const { length } = a.taken;
    await eventually(
      () => a.cluster.membership.members.length,
      (count) => count === 1,
    );
    await eventually(a.held, (held) => held.length === 1);
    expect(a.taken.length).toBeLessThanOrEqual(length + 1);
  });

  it('gives its cameras away at once when it stops, and leaves others to those that may watch them', async () => {
    const nats = await startNats();
    const a = await watchingNode('a', nats, [camera('door'), camera('attic', { nodes: ['a'] })]);
    await eventually(a.held, ({ length }) => length === 2);
    const b = await watchingNode('b', nats, [camera('door'), camera('attic', { nodes: ['a'] })]);
    await eventually(
      () => b.leases.reasons()('attic'),
      (reason) => reason === 'node a watches it',
    );
    const stopMs = monotonicMs();
    await a.cluster.stop();
    await eventually(b.held, ({ length }) => length === 1);
    expect(b.taken).toEqual([expect.objectContaining({ id: 'door', cause: 'moved' })]);
    expect(b.taken[0].atMs - stopMs).toBeLessThan(3000);
    await eventually(
      () => b.leases.reasons()('attic'),
      (reason) => reason === 'only a may watch it, and it is not in the cluster',
    );
  });

  it('does not watch a camera that another node has defined otherwise', async () => {
    const nats = await startNats();
    const a = await watchingNode('a', nats, [camera('door'), camera('yard')]);
    await eventually(a.held, ({ length }) => length === 2);
    const b = await watchingNode('b', nats, [camera('door', { definition: 'another' }), camera('gate')]);
    await eventually(b.held, (held) => held.includes('gate'));
    await eventually(
      () => b.leases.reasons()('door'),
      (reason) => reason === 'node a has another camera with this id',
    );
    expect(b.warnings).toEqual([
      expect.stringMatching(/^node a has another camera "door"; this node does not/),
    ]);
    expect(a.warnings).toEqual([]);
    expect(a.held()).toContain('door');
  });
});
