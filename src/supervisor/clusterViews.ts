import type { Config } from '../config/schema.js';
import { moment } from '../core/clock.js';
import { SpotterError } from '../core/errors.js';
import type { ClusterViews } from '../http/clusterRoutes.js';
import type { SharedConfigViews } from '../http/sharedConfigRoutes.js';
import type { ClusterState } from '../observe/clusterGauges.js';
import type { Exposed } from '../observe/exposition.js';
import { mergeExpositions } from '../observe/mergedExposition.js';
import { METRICS_CALL } from './clusterCalls.js';
import type { ClusterHost } from './clusterHost.js';
import { clusterOverview } from './clusterOverview.js';

/** What is shown of the cluster. */
export interface ClusterViewSources {
  cluster: ClusterHost;
  /** The current configuration. */
  config: () => Config;
  metrics: { expose: (accept?: string) => Promise<Exposed> };
}

const METRICS_MS = 3000;

/** What HTTP shows of the cluster. */
export function clusterViews({
  cluster,
  config,
  metrics,
}: ClusterViewSources): ClusterViews & SharedConfigViews {
  cluster.answer(METRICS_CALL, async () => ({
    value: {},
    bytes: Buffer.from((await metrics.expose()).body),
  }));
  return {
    cluster: () => overviewOf(cluster, config()),
    sharedConfig: () => cluster.shared.current,
    removeNode: (other) => cluster.removeNode(other),
    shareConfig: (text, revision) => cluster.shared.put(text, revision),
    clusterMetrics: async () => {
      const { node } = cluster;
      if (node === null)
        throw new SpotterError(
          'cluster.unfit',
          'this node is in no cluster; its own metrics are at /metrics',
        );
      const own = await metrics.expose();
      const others = cluster.others.map(async (other) => {
        const answer = cluster.ask(other, METRICS_CALL, {}, METRICS_MS);
        const text = await answer.then(
          ({ bytes }) => bytes && Buffer.from(bytes).toString(),
          () => null,
        );
        return { node: other, text };
      });
      const all = [{ node, text: own.body }, ...(await Promise.all(others))];
      return { contentType: own.contentType, body: mergeExpositions(all) };
    },
  };
}

/** null without a cluster. */
function overviewOf(cluster: ClusterHost, config: Config): ReturnType<ClusterViews['cluster']> {
  const { node, problem, nats, membership } = cluster;
  if (node === null) return null;
  const now = moment();
  const serverMs = cluster.serverTime(now.monotonicMs);
  return clusterOverview({
    ...{ config: config.cluster, node, problem, nats },
    clockOffsetMs: serverMs === null ? null : serverMs - now.unixMs,
    members: membership?.members ?? [],
    cameras: config.cameras,
    reasonOf: cluster.cameras?.reasons() ?? (() => ''),
    nowMs: now.monotonicMs,
  });
}

/** What metrics show of the cluster; null without one. */
export function clusterSource(cluster: ClusterHost, config: () => Config): (() => ClusterState) | null {
  return cluster.node === null ? null : () => stateOf(cluster, config());
}

function stateOf(cluster: ClusterHost, config: Config): ClusterState {
  const view = overviewOf(cluster, config);
  const own = cluster.membership;
  const { outbox = 0, feed = 0 } = own?.own('lag') ?? {};
  return {
    isUp: cluster.problem === null,
    nodes: view?.nodes.length ?? 0,
    cameras: own?.own('cameras')?.length ?? 0,
    unwatched: view?.unwatched.length ?? 0,
    isSender: own?.own('roles')?.includes('sender') ?? false,
    lag: { outbox, feed },
    natsLosses: view?.nats.losses ?? 0,
    leaseLosses: cluster.cameras?.leaseLosses ?? 0,
    clockOffsetMs: view?.nats.clockOffsetMs ?? null,
  };
}
