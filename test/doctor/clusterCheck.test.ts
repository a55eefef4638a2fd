import { describe, expect, it } from 'vitest';
import { SpotterError } from '../../src/core/errors.js';
import { type ClusterLook, checkCluster } from '../../src/doctor/clusterCheck.js';

const own = { cluster: 'home', node: 'a', installation: 'i' };
const look: ClusterLook = {
  ...{ server: 'n1:4222', natsVersion: '2.9.10', keyFits: true, isReadable: true },
  ...{ nodes: [], clockOffset: null },
};
const check = async (more: Partial<ClusterLook>) =>
  (await checkCluster(own, async () => ({ ...look, ...more }))).map(
    ({ state, message }) => `${state} ${message}`,
  );
const FINE = 'ok NATS 2.9.10 with JetStream at n1:4222, login accepted';

describe('checkCluster', () => {
  it('finds a cluster that this node can join, also its own earlier run', async () => {
    const before = { node: 'a', installation: 'i', startedAt: 'T' };
    expect(await check({ nodes: [before], clockOffset: { leastMs: -500, mostMs: 7500 } })).toEqual([
      FINE,
      'ok the key fits',
    ]);
    expect(await check({ keyFits: null, isReadable: null })).toEqual([
      FINE,
      'ok cluster "home" is not there yet; the first node makes it',
    ]);
  });

  it('says what keeps it from joining', async () => {
    const refused = async () => {
      throw new SpotterError('cluster.refused', 'NATS at n1 refuses the login');
    };
    expect(await checkCluster(own, refused)).toMatchObject([
      { state: 'fault', message: 'NATS at n1 refuses the login' },
    ]);
    expect((await check({ keyFits: false }))[1]).toMatch(/^fault cluster "home" there has another key/);
    expect((await check({ isReadable: false }))[1]).toMatch(/^fault .* another format/);
    const nodes = [{ node: 'a', installation: 'other', startedAt: 'T' }];
    expect((await check({ nodes }))[2]).toMatch(
      /^fault there is a node "a" in the cluster already, started T/,
    );
  });

  it('warns of a wrong clock', async () => {
    expect((await check({ clockOffset: { leastMs: 3_600_000, mostMs: 3_608_000 } }))[2]).toMatch(
      /^warning the clock of this machine is 3600 s behind/,
    );
    expect((await check({ clockOffset: { leastMs: -70_000, mostMs: -62_000 } }))[2]).toMatch(
      /62 s ahead of that of the NATS servers/,
    );
  });
});
