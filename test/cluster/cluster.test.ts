import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
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
import { temporaryFolder } from '../helpers/temporary.js';
import { makeCertificates } from '../helpers/tls.js';

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
    const { membership } = a.cluster;
    expect(membership.successors).toHaveLength(1);
    await b.cluster.membership.announceLeave();
    await eventually(
      () => membership.successors.length,
      (length) => length === 0,
    );
    expect(seen()).toHaveLength(1);
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

  it('joins anew when something of the cluster was deleted from NATS', async () => {
    const nats = await startNats();
    const nodes = [clusterNode('a', [nats]), clusterNode('b', [nats])];
    for (const { cluster } of nodes) await cluster.start();
    const connection = await connect({ servers: nats.url });
    onTestFinished(() => connection.close());
    await (await jetstreamManager(connection)).streams.delete('KV_spotter-home-nodes');
    for (const { cluster, log } of nodes) {
      const joins = () => log.filter((line) => line.startsWith('joined cluster')).length;
      await eventually(joins, (count) => count === 2);
      expect(log).toContain('KV_spotter-home-nodes was deleted in NATS; joining the cluster anew');
      await eventually(
        () => cluster.membership.others.length,
        (count) => count === 1,
      );
    }
  }, 20_000);

  it('ends at once while it connects to a server that does not answer', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    const { cluster } = clusterNode('a', [
      { url: `nats://127.0.0.1:${(silent.address() as AddressInfo).port}` },
    ]);
    void cluster.start();
    const startedMs = monotonicMs();
    await cluster.stop();
    expect(monotonicMs() - startedMs).toBeLessThan(1500);
  });

  it('refuses credentials and certificates that no server could accept', async () => {
    const file = path.join(temporaryFolder(), 'garbage');
    writeFileSync(file, 'garbage');
    const nats = [{ url: `nats://127.0.0.1:${await freePort()}` }];
    const tls = { ca: null, certificate: null, key: null };
    const refused = async (config: Parameters<typeof clusterNode>[2], message: RegExp) =>
      expect(clusterNode('a', nats, config).cluster.start()).rejects.toEqual(
        refusal('cluster.refused', message),
      );
    await refused(
      { credentials: file },
      /^cluster\.credentials, .*garbage, cannot be used for NATS: unable to/,
    );
    await refused({ credentials: `${file}.missing` }, /^cluster\.credentials, .*ENOENT/);
    await refused({ nkey: `SU${'A'.repeat(56)}` }, /^cluster\.nkey cannot be used for NATS/);
    await refused({ tls: { ...tls, ca: file } }, /^cluster\.tls\.ca, .*: it has no certificate in PEM/);
    await refused({ tls: { ...tls, ca: `${file}.missing` } }, /^cluster\.tls\.ca, .*ENOENT/);
  });

  it('refuses a server without TLS, and a certificate that nobody has vouched for', async () => {
    const plain = await startNats();
    const secure = await startNats({ tls: makeCertificates().server });
    const url = plain.url.replace('nats:', 'tls:');
    await expect(clusterNode('a', [{ url }]).cluster.start()).rejects.toEqual(
      refusal('cluster.refused', /the server has no TLS/),
    );
    await expect(clusterNode('a', [secure]).cluster.start()).rejects.toEqual(
      refusal('cluster.refused', /certificate of the server is not accepted .*cluster\.tls\.ca/),
    );
  });

  it('refuses a server that wants a certificate which this node has not', async () => {
    const { ca, server, client } = makeCertificates();
    const secure = await startNats({ tls: { ...server, clientsOf: ca } });
    const other = makeCertificates().client;
    const start = (own: { certificate: string; key: string } | null) => {
      const tls = { ca, ...(own ?? { certificate: null, key: null }) };
      return clusterNode('a', [secure], { tls }).cluster.start();
    };
    const wanted = refusal('cluster.refused', /wants a certificate of this node .*cluster\.tls\.certificate/);
    for (const own of [null, other]) await expect(start(own)).rejects.toEqual(wanted);
    await start(client);
  }, 30_000);

  it('says that a server closes the connection, or is none', async () => {
    const said = async (greet: (socket: Socket) => void) => {
      const server = createServer(greet).listen(0, '127.0.0.1');
      onTestFinished(() => void server.close());
      await once(server, 'listening');
      const url = `nats://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { cluster, log } = clusterNode('a', [{ url }]);
      await cluster.start();
      await eventually(
        () => log.length,
        (lines) => lines > 0,
      );
      return log[0];
    };
    expect(await said((socket) => socket.destroy())).toMatch(/: the connection was closed before anything/);
    expect(await said((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))).toMatch(
      /: what answers there is no nats-server$/,
    );
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
