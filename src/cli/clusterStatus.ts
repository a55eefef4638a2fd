import type { Config } from '../config/schema.js';
import { plural } from '../core/plural.js';
import { type ClusterOverview, glanceAtCluster } from '../supervisor/clusterGlance.js';
import type { Context } from './context.js';
import { ifRunning } from './daemonClient.js';
import { type CommonOptions, configOf } from './options.js';
import { printJson, printLines } from './print.js';
import { leftTable } from './table.js';

/**
 * `spotter cluster status`: the nodes of the cluster, from the running daemon, or without one from NATS.
 *
 * @returns 1 when something is wrong
 * @throws SpotterError cluster.unfit, cluster.refused, cluster.full, cluster.unreachable
 */
export async function status(
  { signal }: Context,
  options: CommonOptions & { json?: boolean },
): Promise<number> {
  const { config } = configOf(options, ['cameras', 'webhooks', 'mqtt']);
  const found =
    (await ifRunning(config.data, '/api/v1/cluster', signal, (body) => {
      const { cluster } = body as { cluster: ClusterOverview | null };
      if (!cluster) throw new Error('no cluster');
      return cluster;
    })) ?? (await fromNats(config));
  if (options.json) printJson(found);
  else printLines(statusLines(found));
  return found.problems.length > 0 ? 1 : 0;
}

/** What NATS alone shows: the nodes as they report. */
async function fromNats(config: Config): Promise<ClusterOverview> {
  const { cluster } = config;
  const { server, natsVersion, nodes, keyFits, isReadable, nowMs } = await glanceAtCluster(config);
  const problems: string[] = [];
  if (keyFits === false)
    problems.push(`cluster "${cluster.name}" has another key; set cluster.key as on its nodes`);
  if (isReadable === false)
    problems.push(`cluster "${cluster.name}" has another format; see "Upgrades" in docs/cluster.md`);
  return {
    ...{ name: cluster.name, node: cluster.node ?? '', config: cluster.config },
    problem: 'no daemon runs here; these are the nodes that report to NATS',
    nats: { connected: true, server, version: natsVersion, losses: 0, clockOffsetMs: null },
    sender: nodes.find(({ roles }) => roles?.includes('sender'))?.node ?? null,
    nodes: nodes.map(({ node, version, session, startedAt, reportedMs, ...more }) => ({
      ...{ node, version, session, startedAt, heardMs: Math.max(0, Math.round(nowMs - reportedMs)) },
      ...{ load: more.load ?? null, cameras: more.cameras ?? [], lag: more.lag ?? null },
      ...{ sinks: more.sinks ?? [], forgotten: more.forgotten ?? null },
    })),
    ...{ unwatched: [], problems },
  };
}

/** The lines of {@link status}. */
export function statusLines(found: ClusterOverview): string[] {
  const { name, node, nats, nodes, sender, unwatched, problem, problems } = found;
  const via = nats.server === null ? 'no connection to NATS' : `NATS ${nats.version} at ${nats.server}`;
  const table = leftTable([
    ['node', 'version', 'up since', 'busy', 'cameras', 'to publish', 'to read', ''],
    ...nodes.map((one) => [
      one.node,
      one.version,
      one.startedAt.slice(0, 16).replace('T', ' '),
      one.load ? `${Math.round(100 * one.load.utilization)} %` : '-',
      one.load ? `${one.cameras.length} of ${one.load.maxCameras}` : String(one.cameras.length),
      String(one.lag?.outbox ?? '-'),
      String(one.lag?.feed ?? '-'),
      [one.node === node ? 'this node' : '', one.node === sender ? 'sends' : ''].filter(Boolean).join(', '),
    ]),
  ]);
  const cameras = nodes
    .flatMap((one) => one.cameras.map((camera) => ({ ...camera, node: one.node })))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, node: on, state, since }) => [
      id,
      on,
      state,
      `since ${since.slice(0, 19).replace('T', ' ')}`,
    ]);
  return [
    `cluster ${name}: ${plural(nodes.length, 'node')}, ${via}`,
    ...(problem === null || problems.includes(problem) ? [] : [problem]),
    '',
    ...table,
    ...(cameras.length > 0 ? ['', ...leftTable([['camera', 'node', 'state', ''], ...cameras])] : []),
    ...(unwatched.length > 0
      ? ['', ...unwatched.map(({ id, reason }) => `${id}: watched by no node: ${reason}`)]
      : []),
    ...(problems.length > 0 ? ['', ...problems.map((text) => `problem: ${text}`)] : []),
  ];
}
