import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { Cluster, type ClusterOptions } from '../../src/cluster/cluster.js';
import type { ClusterPart } from '../../src/cluster/part.js';
import type { SpotterError } from '../../src/core/errors.js';

/** A key of a cluster. */
export const KEY = 'a key of thirty-two characters..';

export interface TestNode {
  cluster: Cluster;
  /** What it has logged. */
  log: string[];
  failures: SpotterError[];
}

/** A node of a cluster, not started. Stops with the test. */
export function clusterNode(
  node: string,
  servers: readonly { url: string }[],
  config: Partial<ClusterOptions['config']> = {},
  parts: readonly ClusterPart[] = [],
  installation = `of ${node}`,
  session = randomBytes(8).toString('hex'),
  version = '1.2.3',
): TestNode {
  const log: string[] = [];
  const failures: SpotterError[] = [];
  const cluster = new Cluster({
    config: {
      servers: servers.map(({ url }) => url),
      name: 'home',
      key: KEY,
      ...{ user: null, password: null, token: null, nkey: null, credentials: null },
      tls: { ca: null, certificate: null, key: null },
      replicas: null,
      maxMegabytes: 64,
      ...config,
    },
    identity: {
      node,
      session,
      installation,
      version,
      startedAt: '2026-01-01T00:00:00.000Z',
    },
    parts,
    log: { info: (text) => log.push(text), warn: (text) => log.push(text) },
    onFailure: (error) => failures.push(error),
  });
  onTestFinished(() => cluster.stop());
  return { cluster, log, failures };
}
