import { beforeEach, describe, expect, it } from 'vitest';
import { FORMAT } from '../../src/cluster/names.js';
import type { ClusterPart, Joined } from '../../src/cluster/part.js';
import { clusterNode } from '../helpers/cluster.js';
import { eventually } from '../helpers/daemon.js';
import { needNats, startNats } from '../helpers/natsServer.js';

/** A node that has joined, with what it has then. */
async function joinedNode(name: string, nats: { url: string }, version?: string) {
  const got: Joined[] = [];
  const tap: ClusterPart = {
    join: async (joined) => void got.push(joined),
    leave: async () => {},
  };
  const { cluster, log } = clusterNode(name, [nats], {}, [tap], undefined, undefined, version);
  await cluster.start();
  return { cluster, log, joined: got[0] };
}

describe('a rolling upgrade', () => {
  beforeEach(needNats);

  it('lets nodes of different versions and one format work together', async () => {
    const nats = await startNats();
    const old = await joinedNode('old', nats, '1.2.3');
    const young = await joinedNode('young', nats, '1.3.0');
    for (const { cluster } of [old, young])
      await eventually(
        () => cluster.membership.members.map(({ node, version }) => `${node} ${version}`),
        (members) => members.join() === 'old 1.2.3,young 1.3.0',
      );
    expect([...old.log, ...young.log].filter((line) => !line.startsWith('joined'))).toEqual([]);
  });

  it('reads what a newer node reports, but for what it does not know', async () => {
    const nats = await startNats();
    const { cluster, joined } = await joinedNode('old', nats);
    const [own] = await eventually(
      () => cluster.membership.members,
      (members) => members.length === 1,
    );
    const { heardMs: _, ...reported } = own;
    const record = { ...reported, node: 'young', version: '2.0.0', hologram: { isOn: true } };
    await joined.store.nodes.put('young', joined.sealer.sealJson(record, 'node young'));
    const others = () => cluster.membership.others;
    await eventually(others, ([one]) => one?.node === 'young');
    expect(others()).toMatchObject([{ node: 'young', version: '2.0.0' }]);
  });

  it('refuses a cluster of another format, and says which version made it', async () => {
    const nats = await startNats();
    const { joined } = await joinedNode('young', nats);
    const made = { format: FORMAT + 1, version: '2.0.0' };
    await joined.store.state.put('format', joined.sealer.sealJson(made, 'format'));
    await expect(clusterNode('old', [nats]).cluster.start()).rejects.toMatchObject({
      code: 'cluster.other',
      message: `cluster "home" was made by spotter 2.0.0 with format ${FORMAT + 1}, and this version reads ${FORMAT}; see "Upgrades" in docs/cluster.md`,
    });
  });
});
