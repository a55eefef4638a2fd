import type { Glance } from '../cluster/glance.js';
import type { Config } from '../config/schema.js';
import { SpotterError } from '../core/errors.js';
import { stripAddresses } from '../core/secrets.js';

export type { ClusterOverview } from '../http/clusterRoutes.js';

/** What a look at the cluster of a configuration shows, for commands. */
export interface ClusterGlance extends Glance {
  /** Whether what is stored has a format that this version reads; null where nothing is stored yet. */
  isReadable: boolean | null;
  /** The servers' clock minus that of this machine, at least and at most, ms; null where no node reports. */
  clockOffset: { leastMs: number; mostMs: number } | null;
}

/**
 * Looks at the cluster of a configuration without joining it; nothing is written.
 *
 * @throws SpotterError cluster.unfit when it names no cluster, cluster.refused, cluster.full, cluster.unreachable
 */
export async function glanceAtCluster({ cluster }: Pick<Config, 'cluster'>): Promise<ClusterGlance> {
  if (cluster.servers.length === 0)
    throw new SpotterError(
      'cluster.unfit',
      'this node is in no cluster; see cluster.servers in docs/cluster.md',
    );
  const { clockOffset, glanceAt, OWN_FORMAT } = await import('../cluster/glance.js');
  const servers = cluster.servers.map(stripAddresses).join(', ');
  try {
    const glance = await glanceAt({ ...cluster, key: cluster.key ?? '' }, servers);
    const isReadable = glance.format === null ? null : glance.format === OWN_FORMAT;
    return { ...glance, isReadable, clockOffset: clockOffset(glance) };
  } catch (error) {
    if (error instanceof SpotterError) throw error;
    throw new SpotterError('cluster.unreachable', error instanceof Error ? error.message : String(error));
  }
}
