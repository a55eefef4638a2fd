import type { LinkState } from '../cluster/linkWatch.js';
import type { Member } from '../cluster/membership.js';
import type { CameraConfig, Config } from '../config/schema.js';
import { plural } from '../core/plural.js';
import type { ClusterOverview } from '../http/clusterRoutes.js';

/** What a node knows of its cluster. */
export interface OverviewSources {
  config: Pick<Config['cluster'], 'name' | 'config'>;
  node: string;
  problem: string | null;
  nats: LinkState | null;
  /** The servers' clock minus that of this machine; null before it is known. */
  clockOffsetMs: number | null;
  members: readonly Member[];
  /** The cameras that this node knows. */
  cameras: readonly Pick<CameraConfig, 'id'>[];
  /** Why this node does not watch a camera. */
  reasonOf: (id: string) => string;
  /** Monotonic time. */
  nowMs: number;
}

const NO_LINK: LinkState = { isConnected: false, losses: 0, server: null, version: null, isRefused: false };
/** More events than this that wait are worth a look: a busy node has some at any moment. */
const MUCH_LAG = 1000;
/** A clock further off than this makes times in logs and of other programs wrong, ms. */
const MUCH_OFFSET_MS = 10_000;

/** The cluster as one node sees it. */
export function clusterOverview(sources: OverviewSources): ClusterOverview {
  const { config, node, problem, nats, clockOffsetMs, members, nowMs } = sources;
  const { isConnected, isRefused: _, ...link } = nats ?? NO_LINK;
  const nodes = members.map((member) => nodeOf(member, nowMs));
  const unwatched = unwatchedOf(sources);
  const view = {
    ...{ name: config.name, node, config: config.config, problem },
    nats: { connected: isConnected, ...link, clockOffsetMs: clockOffsetMs && Math.round(clockOffsetMs) },
    sender: members.find(({ roles }) => roles?.includes('sender'))?.node ?? null,
    ...{ nodes, unwatched },
  };
  return { ...view, problems: problemsOf(view) };
}

function nodeOf(member: Member, nowMs: number): ClusterOverview['nodes'][number] {
  const { node, version, session, startedAt, heardMs, load, cameras, lag, sinks, forgotten } = member;
  return {
    ...{ node, version, session, startedAt },
    heardMs: Math.max(0, Math.round(nowMs - heardMs)),
    load: load ?? null,
    cameras: (cameras ?? []).map(({ id, state, message, since, lease, lastFrameAt }) => ({
      ...{ id, state, message, since, lease, lastFrameAt },
    })),
    lag: lag ?? null,
    sinks: sinks ?? [],
    forgotten: forgotten ?? null,
  };
}

/** Configured cameras that no node reports, in the order of the configuration. */
function unwatchedOf({ cameras, members, reasonOf }: OverviewSources): ClusterOverview['unwatched'] {
  const watched = new Set(members.flatMap((member) => member.cameras ?? []).map(({ id }) => id));
  return cameras.filter(({ id }) => !watched.has(id)).map(({ id }) => ({ id, reason: reasonOf(id) }));
}

function problemsOf(view: Omit<ClusterOverview, 'problems'>): string[] {
  const { nodes, nats, problem, unwatched } = view;
  const all = problem === null ? [] : [problem];
  if (problem === null) for (const { id, reason } of unwatched) all.push(`no node watches ${id}: ${reason}`);
  const versions = [...new Set(nodes.map(({ version }) => version))];
  if (versions.length > 1)
    all.push(`the nodes run several versions of spotter: ${versions.join(', ')}; upgrade the rest`);
  for (const { node, lag } of nodes) {
    if (lag && lag.outbox > MUCH_LAG) all.push(`${node} has ${plural(lag.outbox, 'event')} still to publish`);
    if (lag && lag.feed > MUCH_LAG) all.push(`${node} has ${plural(lag.feed, 'event')} still to read`);
  }
  for (const { node, sinks } of nodes)
    for (const { name } of sinks.filter(({ up }) => !up)) all.push(`${name} accepts no events from ${node}`);
  const offset = nats.clockOffsetMs ?? 0;
  if (Math.abs(offset) > MUCH_OFFSET_MS)
    all.push(
      `the clock of ${view.node} is ${Math.round(Math.abs(offset) / 1000)} s ${offset > 0 ? 'behind' : 'ahead of'} that of the NATS servers; set it, such as with NTP`,
    );
  return all;
}
