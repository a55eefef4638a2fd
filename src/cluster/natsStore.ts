import { setTimeout as wait } from 'node:timers/promises';
import { RetentionPolicy, StorageType, type StreamInfo } from '@nats-io/jetstream';
import { type KV, Kvm, type KvOptions } from '@nats-io/kv';
import { type ObjectStore, Objm } from '@nats-io/obj';
import { SpotterError } from '../core/errors.js';
import { entryOf } from './bucketEntry.js';
import type { Link } from './link.js';
import { FORMAT, LEASE_TTL_MS, type Names, NODE_TTL_MS } from './names.js';
import { hasTooFewServers } from './natsFaults.js';
import type { Sealer } from './sealer.js';

/** Everything that a cluster has in NATS, made or found. */
export interface Store {
  leases: KV;
  nodes: KV;
  state: KV;
  people: KV;
  embeddings: KV;
  photos: ObjectStore;
}

/** What is wanted of the store. */
export interface StoreOptions {
  /** `cluster.name`, for messages. */
  cluster: string;
  names: Names;
  sealer: Sealer;
  /** Copies; null: three where there are three servers. */
  replicas: number | null;
  /** Most bytes of events. */
  maxEventBytes: number;
  /** Version of spotter. */
  version: string;
}

const WANTED_REPLICAS = 3;
/** An event that is published again within this is not stored twice: nodes that come back after an outage send theirs again. */
const DUPLICATE_WINDOW_MS = 60 * 60_000;
const NS_PER_MS = 1_000_000;
const FORMAT_KEY = 'format';
const READS = 10;
const READ_AGAIN_MS = 50;

/**
 * Opens what the cluster has in NATS; makes what is missing.
 *
 * @throws SpotterError cluster.other when it belongs to another installation or version; an error of the client
 */
export async function openStore(link: Link, options: StoreOptions): Promise<Store> {
  const { names } = options;
  const replicas = await makeEvents(link, options);
  const kvm = new Kvm(link.jetstream);
  const bucket = async (name: string, more: Partial<KvOptions> = {}) => {
    const kv = await kvm.create(name, { history: 1, replicas, storage: StorageType.File, ...more });
    return checkTtl(kv, more.ttl ?? 0, options.cluster);
  };
  // First the one that says whose they are.
  const state = await bucket(names.state);
  await checkFormat(state, options);
  return {
    state,
    leases: await bucket(names.leases, { ttl: LEASE_TTL_MS }),
    nodes: await bucket(names.nodes, { ttl: NODE_TTL_MS }),
    people: await bucket(names.people),
    embeddings: await bucket(names.embeddings),
    photos: await new Objm(link.jetstream).create(names.photos, { replicas, storage: StorageType.File }),
  };
}

/** Finds the stream of events, or makes it. @returns the number of its copies */
async function makeEvents({ manager }: Link, options: StoreOptions): Promise<number> {
  const { names, replicas, maxEventBytes } = options;
  const make = async (copies: number): Promise<number> => {
    const wanted = {
      name: names.events,
      subjects: [names.allEvents],
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      max_bytes: maxEventBytes,
      duplicate_window: DUPLICATE_WINDOW_MS * NS_PER_MS,
      allow_direct: true,
      num_replicas: copies,
    };
    const look = () => manager.streams.info(names.events).catch(() => null);
    const found = await look();
    if (!found) return (await makeOrFind(() => manager.streams.add(wanted), look)).config.num_replicas;
    if (found.config.max_bytes !== maxEventBytes)
      await manager.streams.update(names.events, { max_bytes: maxEventBytes });
    return found.config.num_replicas;
  };
  if (replicas !== null) return make(replicas);
  try {
    return await make(WANTED_REPLICAS);
  } catch (error) {
    if (!hasTooFewServers(error)) throw error;
    return make(1);
  }
}

/**
 * Makes a stream, or finds it: another node may be making it at the same moment, and NATS then counts its space twice.
 *
 * @param look finds the stream; null: it is not there
 */
async function makeOrFind(
  make: () => Promise<StreamInfo>,
  look: () => Promise<StreamInfo | null>,
): Promise<StreamInfo> {
  try {
    return await make();
  } catch (error) {
    const made = hasTooFewServers(error) ? null : await untilThere(look);
    if (!made) throw error;
    return made;
  }
}

/** Reads until something is there, or several times: a replica may be a moment behind its leader. */
async function untilThere<T>(read: () => Promise<T | null>): Promise<T | null> {
  for (let reads = 1; ; reads++) {
    const found = await read();
    if (found || reads === READS) return found;
    await wait(READ_AGAIN_MS);
  }
}

async function checkTtl(kv: KV, ttlMs: number, cluster: string): Promise<KV> {
  const { ttl, bucket } = await kv.status();
  if (ttl === ttlMs) return kv;
  throw new SpotterError(
    'cluster.other',
    `bucket ${bucket} of cluster "${cluster}" was made by another version of spotter: its entries last ${ttl} ms, not ${ttlMs}; give this cluster another cluster.name, or delete the bucket`,
  );
}

/** Whether the cluster can be read. @throws SpotterError cluster.other when it was made with another key or format; an error of the client */
export async function checkFormat(
  state: Pick<KV, 'get' | 'create'>,
  options: Pick<StoreOptions, 'cluster' | 'sealer' | 'version'>,
): Promise<void> {
  const { cluster, sealer, version } = options;
  const mine = sealer.sealJson({ format: FORMAT, version }, FORMAT_KEY);
  let entry = await entryOf(state, FORMAT_KEY);
  if (!entry) {
    await state.create(FORMAT_KEY, mine).catch(() => {});
    entry = await untilThere(() => entryOf(state, FORMAT_KEY));
  }
  if (!entry) throw new Error('the format of the cluster cannot be read yet');
  const made = sealer.openJson(entry.value, FORMAT_KEY) as { format: number; version: string } | null;
  if (!made)
    throw new SpotterError(
      'cluster.other',
      `cluster "${cluster}" on these NATS servers has another key: set cluster.key as on its other nodes, or, if it is another installation's, another cluster.name`,
    );
  if (made.format !== FORMAT)
    throw new SpotterError(
      'cluster.other',
      `cluster "${cluster}" was made by spotter ${made.version} with format ${made.format}, and this version reads ${FORMAT}; see "Upgrades" in docs/cluster.md`,
    );
}
