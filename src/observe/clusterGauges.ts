import { Counter, Gauge, type Registry } from 'prom-client';

/** How a node of a cluster is. */
export interface ClusterState {
  /** Whether it is in the cluster and reaches NATS. */
  isUp: boolean;
  /** Nodes that it has heard of lately, itself included. */
  nodes: number;
  /** Cameras that it watches. */
  cameras: number;
  /** Cameras that no node watches. */
  unwatched: number;
  /** Whether it sends to webhooks and broker. */
  isSender: boolean;
  /** Events that it has still to publish, and to read. */
  lag: { outbox: number; feed: number };
  /** Connections to NATS that it has lost. */
  natsLosses: number;
  /** Leases of cameras that it has lost: it could not renew them in time. */
  leaseLosses: number;
  /** The servers' clock minus that of this machine, ms; null before it is known. */
  clockOffsetMs: number | null;
}

/** Registers the gauges of a node of a cluster, read at every scrape. */
export function registerClusterGauges(registry: Registry, read: () => ClusterState): void {
  const gauge = (name: string, help: string, value: (state: ClusterState) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value(read()));
      },
    });
  gauge('spotter_cluster_up', '1 while this node is in its cluster and reaches NATS, else 0.', ({ isUp }) =>
    Number(isUp),
  );
  gauge('spotter_cluster_nodes', 'Nodes heard of lately, this one included.', ({ nodes }) => nodes);
  gauge('spotter_cluster_cameras', 'Cameras that this node watches.', ({ cameras }) => cameras);
  gauge(
    'spotter_cluster_cameras_unwatched',
    'Cameras configured at this node that no node watches.',
    ({ unwatched }) => unwatched,
  );
  gauge(
    'spotter_cluster_sender',
    '1 on the node that sends to webhooks and broker, else 0.',
    ({ isSender }) => Number(isSender),
  );
  gauge(
    'spotter_cluster_outbox_events',
    'Events of this node that the cluster does not have yet.',
    ({ lag }) => lag.outbox,
  );
  gauge(
    'spotter_cluster_feed_lag_events',
    'Events of the cluster that this node has still to read.',
    ({ lag }) => lag.feed,
  );
  gauge(
    'spotter_cluster_clock_offset_seconds',
    'Clock of the NATS servers minus that of this machine; 0 before it is known.',
    ({ clockOffsetMs }) => (clockOffsetMs ?? 0) / 1000,
  );
  const counter = (name: string, help: string, value: (state: ClusterState) => number) =>
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(value(read()));
      },
    });
  counter(
    'spotter_cluster_nats_losses_total',
    'Connections to NATS that were lost.',
    ({ natsLosses }) => natsLosses,
  );
  counter(
    'spotter_cluster_lease_losses_total',
    'Cameras that this node stopped watching because it could not renew their lease in time.',
    ({ leaseLosses }) => leaseLosses,
  );
}
