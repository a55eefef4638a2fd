import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { ClusterClock } from '../../src/cluster/clusterClock.js';
import type { ClusterPart } from '../../src/cluster/part.js';
import { monotonicMs } from '../../src/core/clock.js';
import { clusterNode } from '../helpers/cluster.js';
import { eventually } from '../helpers/daemon.js';
import { freePort } from '../helpers/freePorts.js';
import { needNats, startNats, startNatsCluster } from '../helpers/natsServer.js';

const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('Cluster', () => {
  beforeEach(needNats);

  it('joins, sees the other nodes, and is gone at once when it stops', async () => {
    const nats = await startNats();
    const a = clusterNode('a', [nats]);
    const b = clusterNode('b', [nats]);
    await a.cluster.start();
    await b.cluster.start();
    expect(a.log).toEqual(['joined cluster "home" as "a"']);
    const seen = () => a.cluster.membership.others.map(({ node, version }) => `${node} ${version}`);
    await eventually(seen, ([one]) => one === 'b 1.2.3');
    await b.cluster.stop();
    await eventually(seen, ({ length }) => length === 0);
    expect(a.cluster.problem).toBeNull();
  });

  it('agrees with the servers about the time', async () => {
    let clock: ClusterClock | null = null;
    const part: ClusterPart = {
      join: async (joined) => {
        clock = joined.clock;
      },
      leave: async () => {},
    };
    await clusterNode('a', [await startNats()], {}, [part]).cluster.start();
    const offset = await eventually(
      () => clock?.at(monotonicMs()) ?? null,
      (time) => time !== null,
    );
    expect(Math.abs((offset ?? 0) - Date.now())).toBeLessThan(1000);
  });

  it('keeps three copies where there are three servers', async () => {
    const servers = await startNatsCluster(3);
    const { cluster, log } = clusterNode('a', servers);
    await cluster.start();
    await eventually(
      () => log.join(),
      (text) => text.includes('joined cluster'),
    );
    const connection = await connect({ servers: servers[0].url });
    onTestFinished(() => connection.close());
    expect((await (await new Kvm(connection).open('spotter-home-leases')).status()).replicas).toBe(3);
  });

  it('starts without the servers, and joins when they come', async () => {
    const port = await freePort();
    const { cluster, log } = clusterNode('a', [{ url: `nats://127.0.0.1:${port}` }]);
    await cluster.start();
    expect(cluster.problem).toBe(`waiting for NATS at nats://127.0.0.1:${port}`);
    expect(log[0]).toMatch(/^cannot join the cluster, retrying: NATS at nats:\/\/127\.0\.0\.1:\d+: /);
    await cluster.stop();
  });

  it('refuses a second node of the same name, but not the same node again', async () => {
    const nats = await startNats();
    await clusterNode('a', [nats]).cluster.start();
    await clusterNode('a', [nats]).cluster.start();
    await expect(clusterNode('a', [nats], {}, [], 'elsewhere').cluster.start()).rejects.toEqual(
      refusal('cluster.other', /^there is a node "a" in the cluster already/),
    );
  });

  it('refuses a cluster with another key', async () => {
    const nats = await startNats();
    await clusterNode('a', [nats]).cluster.start();
    const { cluster } = clusterNode('b', [nats], { key: 'another key of thirty-two chars.' });
    await expect(cluster.start()).rejects.toEqual(
      refusal('cluster.other', /^cluster "home" .* has another key/),
    );
  });

  it('refuses a bucket that another version has made', async () => {
    const nats = await startNats();
    const connection = await connect({ servers: nats.url });
    onTestFinished(() => connection.close());
    await new Kvm(connection).create('spotter-home-leases', { ttl: 60_000 });
    await expect(clusterNode('a', [nats]).cluster.start()).rejects.toEqual(
      refusal('cluster.other', /^bucket spotter-home-leases .* 60000 ms, not 6000/),
    );
  });

  it('refuses a server without JetStream', async () => {
    const nats = await startNats({ jetstream: false });
    await expect(clusterNode('a', [nats]).cluster.start()).rejects.toEqual(
      refusal('cluster.unfit', /has no JetStream/),
    );
  });

  it('refuses a server without space', async () => {
    const nats = await startNats({ space: '1MB' });
    await expect(clusterNode('a', [nats]).cluster.start()).rejects.toEqual(
      refusal('cluster.full', /has no space/),
    );
  });

  it('refuses a server that is too old', async () => {
    const old = createServer((socket) => {
      socket.on('error', () => {});
      socket.write(
        'INFO {"server_id":"x","server_name":"old","version":"2.1.9","proto":1,"max_payload":1048576}\r\n',
      );
      socket.on('data', (data) => data.includes('PING') && socket.write('PONG\r\n'));
    }).listen(0, '127.0.0.1');
    await once(old, 'listening');
    onTestFinished(() => void old.close());
    const url = `nats://127.0.0.1:${(old.address() as AddressInfo).port}`;
    await expect(clusterNode('a', [{ url }]).cluster.start()).rejects.toEqual(
      refusal('cluster.unfit', /^nats-server old is version 2\.1\.9; spotter needs 2\.9 or newer$/),
    );
  });

  it('refuses wrong credentials without showing them', async () => {
    const nats = await startNats({ more: 'authorization { user: spotter, password: right-password }' });
    const good = clusterNode('a', [nats], { user: 'spotter', password: 'right-password' });
    await good.cluster.start();
    expect(good.log).toEqual(['joined cluster "home" as "a"']);
    const { cluster } = clusterNode('b', [nats], { user: 'spotter', password: 'wrong-password' });
    await expect(cluster.start()).rejects.toEqual(refusal('cluster.refused', /refuses the login/));
  });
});
