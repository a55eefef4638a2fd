import path from 'node:path';
import type { LoadedConfig } from '../config/load.js';
import { packageVersion } from '../core/package.js';
import { plural } from '../core/plural.js';
import { type EventDraft, gapDraft } from '../events/event.js';
import { EventEnricher } from '../events/eventEnricher.js';
import { EventFeed, type PublishDelay } from '../events/feed.js';
import type { InView } from '../events/inView.js';
import { EventLog } from '../events/log/eventLog.js';
import type { PeopleSettings } from '../events/notify.js';
import type { Selectable } from '../http/message.js';
import { EventSocket } from '../http/socket.js';
import type { Logger } from '../observe/logger.js';
import type { Metrics } from '../observe/metrics.js';
import { SnapshotStore } from '../snapshots/store.js';
import type { CameraViews } from './cameraRegistry.js';
import type { ClusterHost } from './clusterHost.js';
import { SharedFeed, type SharedFeedOptions } from './sharedFeed.js';
import type { SinkCluster } from './sharedSinks.js';
import { SinkSet } from './sinkSet.js';

/** A configuration, and the values in it that must never be shown. */
export type HubConfig = Pick<LoadedConfig, 'config' | 'secrets'>;

/** Where the parts read and report. */
export interface EventPartsOptions {
  logger: Logger;
  /** Updated by the parts. */
  metrics: Metrics;
  /** Sent to clients in `hello`. */
  cameras: Pick<CameraViews, 'cameras'>;
  /** Updated by the hub with published events; updated elsewhere with the engine's reports. */
  inView: InView;
  /** Default: none. */
  cluster?: HubCluster | undefined;
  /** In a cluster: an event of any node without the names of people who were forgotten; null when nothing is left of it. */
  cleanse?: SharedFeedOptions['cleanse'];
  /** Sent once per second to clients that subscribe to it. */
  stats: () => { cameras: { camera: string }[] };
}

/** The cluster, where this node may be in one. */
export type HubCluster = Pick<
  ClusterHost,
  'node' | 'serverTime' | 'isCurrent' | 'add' | 'installation' | 'membership'
>;

/** What the parts read of the hub, as it is at the moment. */
export interface HubState {
  loaded: () => HubConfig;
  /** Settings of the people in the gallery, by name. */
  people: () => PeopleSettings;
  /** The cameras and people that clients may name. */
  selectable: () => Selectable;
}

/** The ways of an event: into the log, and from there to everybody. */
export interface EventParts {
  /** Where this node stores its events. */
  ownLog: EventLog;
  /** Where events are read: the same log, but for a node of a cluster. */
  log: EventLog;
  feed: EventFeed;
  /** The feed of the cluster; null without one. */
  shared: SharedFeed | null;
  socket: EventSocket;
  enricher: EventEnricher;
  snapshots: SnapshotStore;
  sinks: SinkSet;
}

/** Name and version of the server, for clients of WebSocket and HTTP. */
export const SERVER = `spotter/${packageVersion}`;
const PROTOCOL = 1;
const HOUR_MS = 3_600_000;

/** Makes the parts of {@link EventHub}, connects them, and lets them report to logger and metrics. */
export function eventParts(options: EventPartsOptions, state: HubState): EventParts {
  const { logger, metrics, cameras, inView, stats } = options;
  const config = () => state.loaded().config;
  const { data } = config();
  const onRemoved = (events: { id: string }[], isCounted = true) => {
    if (isCounted) metrics.eventsRemoved(events.length);
    for (const { id } of events) void snapshots.remove(id);
  };
  const onPublished = ({ event, publishMs, frameMs }: PublishDelay) => {
    metrics.eventPublished(publishMs / 1000);
    if (frameMs !== null) metrics.eventLatency(event, frameMs / 1000);
  };
  const publish = (draft: EventDraft, sinceMs: number | null = null) =>
    feed.publish(shared ? shared.named(draft) : draft, sinceMs);
  const ownLog = new EventLog({
    folder: data,
    retention: () => config().events,
    explain: () => config().events.explain,
    onReplaced: (message, lost) => {
      logger.error(message);
      if (!shared) socket.restart();
      if (lost === null) return;
      for (const { id } of cameras.cameras) publish(gapDraft(id, { ...lost, cause: 'log_lost' }));
    },
    // In a cluster, those of the feed are counted.
    onRemoved: (events) => onRemoved(events, shared === null),
    onFault: (message) => logger.warn(`cannot remove expired events, retrying later: ${message}`),
  });
  const { node = null } = options.cluster ?? {};
  const shared: SharedFeed | null =
    options.cluster && node !== null
      ? sharedFeed({ ...options, cluster: options.cluster }, node, ownLog, {
          config,
          onRemoved,
          onPublished,
          onRestart: () => socket.restart(),
          publishVisit: (draft) => enricher.publishVisit(draft),
          cleanse: options.cleanse ?? ((event) => event),
          onSender: (isSender) => void sinks.activate(isSender),
          sinks: () => sinks.states.map(({ name, up, lag }) => ({ name, up, lag })),
        })
      : null;
  const log = shared?.log ?? ownLog;
  const feed = new EventFeed(ownLog, {
    toGap: ({ camera, ...loss }, cause) => {
      const gap = gapDraft(camera, { ...loss, cause });
      return shared ? shared.named(gap) : gap;
    },
    onFault: (reason) => logger.error(`event log not writable, queueing events: ${reason}`),
    onRecovered: (queued) =>
      logger.info(`event log writable again; delivering ${plural(queued, 'queued event')}`),
    onLost: () => metrics.eventLost(),
    onPublished: (delay) => (shared ? shared.expect(delay) : onPublished(delay)),
  });
  const socket = new EventSocket({
    hello: () => ({
      protocol: PROTOCOL,
      server: SERVER,
      cameras: cameras.cameras,
      tracks: inView.published,
    }),
    selectable: state.selectable,
    log: () => log.state,
    page: (seq, limit) => log.page(seq, limit),
    stats,
    onClosed: (reason) => metrics.wsClosed(reason),
  });
  const enricher = new EventEnricher({
    // In a cluster, visits are worked out from the events of all nodes.
    rules: () => ({
      ...config(),
      visits: { ...config().visits, enabled: config().visits.enabled && !shared },
    }),
    people: state.people,
    clock: 'captured',
    ...(!shared && { history: log }),
    publish,
  });
  const snapshots = new SnapshotStore({
    folder: path.join(data, 'snapshots'),
    keepMs: () => config().snapshots.keepHours * HOUR_MS,
    onWarning: (message) => logger.warn(message),
    onOutcome: (outcome, bytes) => metrics.snapshot(outcome, bytes),
  });
  const sinks = new SinkSet({
    config: config(),
    source: log,
    cursors: shared?.sinks ?? log,
    deadLetters: shared?.sinks ?? log,
    cluster: shared ? sinkCluster(shared, options.cluster) : undefined,
    inView,
    version: packageVersion,
    observer: metrics.sinkObserver,
    log: logger,
    secrets: () => state.loaded().secrets,
    face: async (id) => {
      const jpeg = await snapshots.read(id, 'face');
      return jpeg && { jpeg, keepSeconds: (config().snapshots.keepHours * HOUR_MS) / 1000 };
    },
  });
  return { ownLog, log, feed, shared, socket, enricher, snapshots, sinks };
}

/** The feed of the cluster, which joins with the other parts of it. */
function sharedFeed(
  { cluster, logger }: Pick<EventPartsOptions, 'logger'> & { cluster: HubCluster },
  node: string,
  ownLog: EventLog,
  options: Omit<SharedFeedOptions, 'cluster' | 'logger'>,
): SharedFeed {
  const serverTime = (monotonicMs: number) => cluster.serverTime(monotonicMs);
  const isCurrent = () => cluster.isCurrent;
  const shared = new SharedFeed(ownLog, { ...options, logger, cluster: { node, serverTime, isCurrent } });
  cluster.add((identity) => shared.parts(identity));
  return shared;
}

function sinkCluster(shared: SharedFeed, cluster: HubCluster | undefined): SinkCluster {
  return {
    installation: () => cluster?.installation ?? '',
    mayDeliver: () => shared.isSender,
    hasOthers: () => (cluster?.membership?.successors.length ?? 0) > 0,
  };
}
