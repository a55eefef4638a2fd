import path from 'node:path';
import type { LoadedConfig } from '../config/load.js';
import { packageVersion } from '../core/package.js';
import { plural } from '../core/plural.js';
import { gapDraft } from '../events/event.js';
import { EventEnricher } from '../events/eventEnricher.js';
import { EventFeed } from '../events/feed.js';
import type { InView } from '../events/inView.js';
import { EventLog } from '../events/log/eventLog.js';
import type { PeopleSettings } from '../events/notify.js';
import type { Selectable } from '../http/message.js';
import { EventSocket } from '../http/socket.js';
import type { Logger } from '../observe/logger.js';
import type { Metrics } from '../observe/metrics.js';
import { SnapshotStore } from '../snapshots/store.js';
import type { CameraRegistry } from './cameraRegistry.js';
import { SinkSet } from './sinkSet.js';

/** A configuration, and the values in it that must never be shown. */
export type HubConfig = Pick<LoadedConfig, 'config' | 'secrets'>;

/** Where the parts read and report. */
export interface EventPartsOptions {
  logger: Logger;
  /** Updated by the parts. */
  metrics: Metrics;
  /** Sent to clients in `hello`. */
  cameras: Pick<CameraRegistry, 'cameras'>;
  /** Updated by the hub with published events; updated elsewhere with the engine's reports. */
  inView: InView;
  /** Sent once per second to clients that subscribe to it. */
  stats: () => { cameras: { camera: string }[] };
}

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
  log: EventLog;
  feed: EventFeed;
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
  const log = new EventLog({
    folder: data,
    retention: () => config().events,
    explain: () => config().events.explain,
    onReplaced: (message, lost) => {
      logger.error(message);
      socket.restart();
      if (lost === null) return;
      for (const { id } of cameras.cameras) feed.publish(gapDraft(id, { ...lost, cause: 'log_lost' }));
    },
    onRemoved: (events) => {
      metrics.eventsRemoved(events.length);
      for (const { id } of events) void snapshots.remove(id);
    },
    onFault: (message) => logger.warn(`cannot remove expired events, retrying later: ${message}`),
  });
  const feed = new EventFeed(log, {
    toGap: ({ camera, ...loss }, cause) => gapDraft(camera, { ...loss, cause }),
    onFault: (reason) => logger.error(`event log not writable, queueing events: ${reason}`),
    onRecovered: (queued) =>
      logger.info(`event log writable again; delivering ${plural(queued, 'queued event')}`),
    onLost: () => metrics.eventLost(),
    onPublished: ({ event, publishMs, frameMs }) => {
      metrics.eventPublished(publishMs / 1000);
      if (frameMs !== null) metrics.eventLatency(event, frameMs / 1000);
    },
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
    rules: config,
    people: state.people,
    clock: 'captured',
    history: log,
    publish: (draft, sinceMs) => feed.publish(draft, sinceMs),
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
    cursors: log,
    deadLetters: log,
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
  return { log, feed, socket, enricher, snapshots, sinks };
}
