import type { WatchedStreams } from './storeWatch.js';

/**
 * Version of everything that nodes store in NATS and send each other. Increase it with every change that an earlier version
 * cannot read; docs/cluster.md says how such an upgrade is done.
 */
export const FORMAT = 1;

/** A lease that is not renewed for this long is free again, ms: the TTL of the bucket. */
export const LEASE_TTL_MS = 6000;
/** A node that has not reported for this long is gone, ms: the TTL of the bucket. */
export const NODE_TTL_MS = 8000;

/** Names of everything that a cluster has in NATS. */
export interface Names {
  /** Key-value bucket, TTL {@link LEASE_TTL_MS}: `camera.ID` and others, each with who holds it. */
  leases: string;
  /** Key-value bucket, TTL {@link NODE_TTL_MS}: a record per node. */
  nodes: string;
  /** Key-value bucket: `format`, `models`, cursors, shared configuration. */
  state: string;
  /** Key-value bucket: a record per person, by {@link Sealer.personKey}. */
  people: string;
  /** Key-value bucket: results of photos, by photo and models. */
  embeddings: string;
  /** Object store: photos, by their content. */
  photos: string;
  /** Stream of events. */
  events: string;
  /** The streams behind all of them. */
  streams: WatchedStreams;
  /** Subject of the events of a node. */
  eventsOf: (node: string) => string;
  /** Subject of all events. */
  allEvents: string;
  /** Subject under which a node answers requests. */
  requestsOf: (node: string) => string;
}

/** Names of a cluster. Nothing in them is secret: who may read NATS sees names of cluster, nodes and cameras. */
export function namesOf(cluster: string): Names {
  const bucket = (what: string) => `spotter-${cluster}-${what}`;
  const streamsOf = (...buckets: string[]) => buckets.map((what) => `KV_${bucket(what)}`);
  const photos = `OBJ_${bucket('photos')}`;
  const subject = (what: string) => `spotter.${cluster}.${what}`;
  return {
    leases: bucket('leases'),
    nodes: bucket('nodes'),
    state: bucket('state'),
    people: bucket('people'),
    embeddings: bucket('embeddings'),
    photos: bucket('photos'),
    events: bucket('events'),
    streams: {
      all: [...streamsOf('leases', 'nodes', 'state', 'people', 'embeddings'), photos, bucket('events')],
      marked: [...streamsOf('people'), photos],
      rooted: `KV_${bucket('state')}`,
    },
    eventsOf: (node) => subject(`events.${node}`),
    allEvents: subject('events.*'),
    requestsOf: (node) => subject(`requests.${node}`),
  };
}
