import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Cluster } from '../cluster/cluster.js';
import type { Config } from '../config/schema.js';
import { SpotterError } from '../core/errors.js';
import type { Component } from '../core/lifecycle.js';
import { packageVersion } from '../core/package.js';
import type { Logger } from '../observe/logger.js';
import { installationId } from './installation.js';

/** What the cluster reads of the daemon, and where it reports. */
export interface ClusterHostOptions {
  /** Configuration at the start: `cluster` applies from a restart. */
  config: Config;
  logger: Logger;
  /** Called at most once, when the node cannot be part of its cluster. */
  onFailure: (error: SpotterError) => void;
}

/** Whether a configuration makes the daemon a node of a cluster. */
export function isClustered({ cluster }: Pick<Config, 'cluster'>): boolean {
  return cluster.servers.length > 0;
}

/** Makes this daemon a node of its cluster, where it has one; without one, nothing of it is loaded. */
export class ClusterHost implements Component {
  readonly #options: ClusterHostOptions;
  #cluster: Cluster | null = null;

  constructor(options: ClusterHostOptions) {
    this.#options = options;
  }

  /** @throws SpotterError cluster.refused, cluster.unfit, cluster.other, cluster.full, config.invalid */
  async start(): Promise<void> {
    const { config, logger, onFailure } = this.#options;
    if (!isClustered(config)) return;
    const { cluster, data } = config;
    const { Cluster } = await import('../cluster/cluster.js');
    this.#cluster = new Cluster({
      config: { ...cluster, key: cluster.key ?? '' },
      identity: {
        node: cluster.node ?? nodeOf(hostname()),
        session: randomUUID(),
        installation: installationId(data),
        version: packageVersion,
        startedAt: new Date().toISOString(),
      },
      parts: [],
      log: { info: (text) => logger.info(text), warn: (text) => logger.warn(text) },
      onFailure,
    });
    await this.#cluster.start();
  }

  async stop(): Promise<void> {
    await this.#cluster?.stop();
    this.#cluster = null;
  }
}

/** The name of a node by that of its machine. @throws SpotterError config.invalid when that is no name for a node */
function nodeOf(host: string): string {
  const [name] = host.toLowerCase().split('.');
  if (/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) return name;
  throw new SpotterError(
    'config.invalid',
    `the host name ${host} is no name for a node of a cluster; set cluster.node`,
  );
}
