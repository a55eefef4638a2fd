import { type KvEntry, Kvm } from '@nats-io/kv';
import { entryOf } from './bucketEntry.js';
import { type LinkConfig, openLink } from './link.js';
import { FORMAT, NODE_TTL_MS, namesOf } from './names.js';
import { describeFault, refusalOf } from './natsFaults.js';
import { type NodeRecord, nodeRecord } from './nodeRecord.js';
import { Sealer } from './sealer.js';

/** What a look at a cluster from outside shows; nothing is written. */
export interface Glance {
  server: string;
  /** Of nats-server. */
  natsVersion: string;
  /** Whether the key fits; null where nothing has been stored yet. */
  keyFits: boolean | null;
  /** Format of what is stored; null where nothing has been stored yet, or the key does not fit. */
  format: number | null;
  /** Nodes that have reported lately, by name, with the time of the servers at which they did. */
  nodes: (NodeRecord & { reportedMs: number })[];
  /** Unix time of this machine at the look, ms. */
  nowMs: number;
}

const FORMAT_KEY = 'format';

/**
 * Looks at a cluster without joining it.
 *
 * @throws SpotterError cluster.refused, cluster.unfit, cluster.full; an error whose message is one sentence when NATS cannot be reached
 */
export async function glanceAt(
  config: Omit<LinkConfig, 'node'> & { name: string; key: string },
  servers: string,
): Promise<Glance> {
  try {
    const link = await openLink({ ...config, node: 'glance' });
    try {
      const { info } = link.connection;
      const names = namesOf(config.name);
      const sealer = new Sealer(config.key);
      const kvm = new Kvm(link.jetstream);
      const marked = await entryOf(await kvm.open(names.state), FORMAT_KEY).catch(() => null);
      const format = marked && (sealer.openJson(marked.value, FORMAT_KEY) as { format?: number } | null);
      const nowMs = Date.now();
      return {
        server: link.connection.getServer(),
        natsVersion: info?.version ?? '',
        keyFits: marked && format !== null,
        format: format?.format ?? null,
        nodes: marked ? await nodesIn(kvm, names.nodes, sealer) : [],
        nowMs,
      };
    } finally {
      await link.connection.close();
    }
  } catch (error) {
    throw (
      refusalOf(error, servers) ?? new Error(`NATS at ${servers} does not answer (${describeFault(error)})`)
    );
  }
}

async function nodesIn(kvm: Kvm, bucket: string, sealer: Sealer): Promise<Glance['nodes']> {
  const kv = await kvm.open(bucket);
  const entries: KvEntry[] = [];
  for await (const key of await kv.keys()) {
    const entry = await entryOf(kv, key);
    if (entry) entries.push(entry);
  }
  return entries
    .flatMap(({ key, value, created }) => {
      const parsed = nodeRecord.safeParse(sealer.openJson(value, `node ${key}`));
      return parsed.success ? [{ ...parsed.data, reportedMs: created.getTime() }] : [];
    })
    .sort((a, b) => (a.node < b.node ? -1 : 1));
}

/** The servers' clock minus that of this machine, at least and at most, ms; null where no node reports. */
export function clockOffset({
  nodes,
  nowMs,
}: Pick<Glance, 'nodes' | 'nowMs'>): { leastMs: number; mostMs: number } | null {
  if (nodes.length === 0) return null;
  const newestMs = Math.max(...nodes.map(({ reportedMs }) => reportedMs));
  // The last report may be as old as its entry lasts.
  return { leastMs: newestMs - nowMs, mostMs: newestMs + NODE_TTL_MS - nowMs };
}

/** Format of this version. */
export const OWN_FORMAT = FORMAT;
