import { expect, it } from 'vitest';
import { clusterNode } from '../helpers/cluster.js';
import { eventually } from '../helpers/daemon.js';
import { needNats, startNats } from '../helpers/natsServer.js';

it('a node says that NATS is away and that it is back, once each', async (context) => {
  needNats(context);
  const server = await startNats();
  const { cluster, log } = clusterNode('a', [server]);
  expect(cluster.problem).toMatch(/^waiting for NATS at nats:/);
  await cluster.start();
  expect([cluster.problem, cluster.nats]).toEqual([
    null,
    { isConnected: true, losses: 0, server: server.url.slice(7), version: expect.any(String) },
  ]);
  await server.kill();
  await eventually(
    () => cluster.problem,
    (problem) => problem?.endsWith('does not answer; trying again') ?? false,
  );
  expect(cluster.nats).toEqual({ isConnected: false, losses: 1, server: null, version: null });
  await eventually(
    () => log,
    (lines) => lines.some((line) => line.startsWith('cannot report to the cluster')),
  );
  await server.start();
  await eventually(
    () => [cluster.problem, log.at(-1)],
    ([problem, last]) => problem === null && last === 'reporting to the cluster again',
  );
  expect(log.filter((line) => line.startsWith('cannot report'))).toHaveLength(1);
});
