import path from 'node:path';
import type { LoadedConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { type Component, Stack, Together } from '../core/lifecycle.js';
import { packageVersion } from '../core/package.js';
import { nameKey } from '../core/personName.js';
import { type EventDraft, gapDraft, type SpotterEvent } from '../events/event.js';
import { EventEnricher } from '../events/eventEnricher.js';
import { EventFeed } from '../events/feed.js';
import { ForgottenNames } from '../events/forgottenNames.js';
import type { InView } from '../events/inView.js';
import { EventLog } from '../events/log/eventLog.js';
import type { Erased } from '../events/log/upkeep.js';
import type { PersonSettings } from '../gallery/person.js';
import { byNameKey, type Selectable } from '../http/message.js';
import { EventSocket } from '../http/socket.js';
import type { Logger } from '../observe/logger.js';
import type { MetricSources, Metrics } from '../observe/metrics.js';
import type { Pictures } from '../snapshots/pictures.js';
import { type PictureForm, SnapshotStore } from '../snapshots/store.js';
import type { CameraObserver } from './cameraObserver.js';
import type { CameraRegistry } from './cameraRegistry.js';
import { type EventContext, eventContext } from './eventContext.js';
import { SinkSet } from './sinkSet.js';

/** Configuration at the start, and the parts that the hub reads and notifies. */
export interface EventHubOptions {
  /** The data folder is fixed; the rest can change with {@link EventHub.configure}. */
  loaded: HubConfig;
  logger: Logger;
  /** Updated by the hub. */
  metrics: Metrics;
  /** Sent to clients in `hello`. */
  cameras: Pick<CameraRegistry, 'cameras'>;
  /** Updated here with published events; updated elsewhere with the engine's reports. */
  inView: InView;
  /** Sent once per second to clients that subscribe to it. */
  stats: () => object;
  /** Called with every event, after the sinks. */
  onEvent: (event: SpotterEvent, context: EventContext) => void;
}

/** A configuration, and the values in it that must never be shown. */
export type HubConfig = Pick<LoadedConfig, 'config' | 'secrets'>;

/** An event as the engine sends it. */
export interface DetectedEvent {
  draft: EventDraft;
  /** Monotonic time at which its frame arrived; null for an event without a frame. */
  sinceMs: number | null;
  /** null when they could not be encoded. */
  pictures?: Pictures | null;
}

/** Name and version of the server, for clients of WebSocket and HTTP. */
export const SERVER = `spotter/${packageVersion}`;
const PROTOCOL = 1;
const HOUR_MS = 3_600_000;

/**
 * Delivers events: to the log first, then to WebSocket clients, webhooks and broker. Starts and stops all parts but the log,
 * which starts before and stops after everything that reads it.
 */
export class EventHub implements Component, CameraObserver {
  readonly log: EventLog;
  readonly socket: EventSocket;
  readonly #options: EventHubOptions;
  readonly #feed: EventFeed;
  readonly #enricher: EventEnricher;
  readonly #snapshots: SnapshotStore;
  readonly #sinks: SinkSet;
  readonly #forgotten = new ForgottenNames();
  readonly #parts: Stack;
  #loaded: HubConfig;
  readonly #context = eventContext(() => ({ cameras: this.#config.cameras, people: this.#settings }));
  /** Names in the gallery, see {@link byNameKey}; null before it has been read. */
  #people: ReadonlyMap<string, string> | null = null;
  #settings: Readonly<Record<string, PersonSettings>> = {};

  constructor(options: EventHubOptions) {
    this.#options = options;
    this.#loaded = options.loaded;
    const { logger, metrics, cameras, inView } = options;
    const { data } = this.#config;
    this.log = new EventLog({
      folder: data,
      retention: () => this.#config.events,
      explain: () => this.#config.events.explain,
      onReplaced: (message, lost) => {
        logger.error(message);
        this.socket.restart();
        if (lost === null) return;
        for (const { id } of cameras.cameras)
          this.#feed.publish(gapDraft(id, { ...lost, cause: 'log_lost' }));
      },
      onRemoved: (events) => {
        metrics.eventsRemoved(events.length);
        for (const { id } of events) void this.#snapshots.remove(id);
      },
      onFault: (message) => logger.warn(`cannot remove expired events, retrying later: ${message}`),
    });
    this.#feed = new EventFeed(this.log, {
      toGap: ({ camera, ...loss }, cause) => gapDraft(camera, { ...loss, cause }),
      onFault: (reason) => logger.error(`event log not writable, queueing events: ${reason}`),
      onRecovered: (queued) => logger.info(`event log writable again; delivering ${queued} queued event(s)`),
      onLost: () => metrics.eventLost(),
      onPublished: ({ camera, publishMs, frameMs }) => {
        metrics.eventPublished(publishMs / 1000);
        if (frameMs !== null) metrics.eventLatency(camera, frameMs / 1000);
      },
    });
    this.socket = new EventSocket({
      hello: () => ({
        protocol: PROTOCOL,
        server: SERVER,
        cameras: cameras.cameras,
        tracks: inView.published,
      }),
      selectable: () => this.selectable,
      log: () => this.log.state,
      page: (seq, limit) => this.log.page(seq, limit),
      stats: options.stats,
      onClosed: (reason) => metrics.wsClosed(reason),
    });
    this.#enricher = new EventEnricher({
      rules: () => this.#config,
      people: () => this.#settings,
      clock: 'captured',
      history: this.log,
      publish: (draft, sinceMs) => this.#feed.publish(draft, sinceMs),
    });
    this.#snapshots = new SnapshotStore({
      folder: path.join(data, 'snapshots'),
      keepMs: () => this.#config.snapshots.keepHours * HOUR_MS,
      onWarning: (message) => logger.warn(message),
      onOutcome: (outcome, bytes) => metrics.snapshot(outcome, bytes),
    });
    this.#sinks = new SinkSet({
      config: this.#config,
      source: this.log,
      cursors: this.log,
      deadLetters: this.log,
      inView,
      version: packageVersion,
      observer: metrics.sinkObserver,
      log: logger,
      secrets: () => this.#loaded.secrets,
    });
    this.#feed.subscribe((event) => this.#distribute(event));
    // Events still queued when the cameras have ended are published before the sinks stop. Socket and sinks stop at the same
    // time, since either may be slow.
    const farEnds = new Together([this.socket, this.#sinks]);
    this.#parts = new Stack([farEnds, this.#snapshots, this.#finalFlush, this.#enricher]);
  }

  start(signal?: AbortSignal): Promise<void> {
    return this.#parts.start(signal);
  }

  stop(): Promise<void> {
    return this.#parts.stop();
  }

  /** Applies a changed configuration. */
  configure(loaded: HubConfig): void {
    this.#loaded = loaded;
    void this.#sinks.configure(loaded.config);
  }

  /** Sets the people of the gallery, and their settings by name. */
  setPeople(names: readonly string[], settings: Readonly<Record<string, PersonSettings>>): void {
    this.#settings = settings;
    this.#people = byNameKey(names);
    this.#forgotten.notePeople(names);
    const known = names.filter((name) => !this.#forgotten.has(name));
    this.#sinks.setPeople(known, settings);
  }

  /** Why no event is published, one sentence; null while there is no fault. */
  get fault(): string | null {
    return this.#feed.fault;
  }

  /** Sources of the gauges. */
  get gauges(): Pick<MetricSources, 'wsClients' | 'openVisits' | 'sinks' | 'log'> {
    return {
      wsClients: () => this.socket.clients,
      openVisits: () => this.#enricher.openVisits,
      sinks: () => this.#sinks.states,
      log: () => ({
        sizeBytes: this.log.sizeBytes,
        waiting: this.#feed.waiting,
        isWritable: this.#feed.fault === null && this.log.epoch !== null,
      }),
    };
  }

  /** The cameras and people that clients may name. */
  get selectable(): Selectable {
    return { cameras: this.#config.cameras.map(({ id }) => id), people: this.#people };
  }

  /** The parts that observe cameras. */
  get cameraObservers(): readonly CameraObserver[] {
    return [this, this.#sinks, this.socket];
  }

  cameraRemoved(id: string): void {
    this.#options.inView.forgetCamera(id);
  }

  /** A picture of an event, as JPEG; null when there is none or it has expired. @throws when the log cannot be read */
  async snapshot(seq: number, form: PictureForm): Promise<Uint8Array | null> {
    const event = this.log.event(seq, false);
    return event && this.#snapshots.read(JSON.parse(event.text).id, form);
  }

  /** A number that no track of the camera in the log has. */
  nextTrack(camera: string): number {
    return (
      Math.max(
        0,
        ...this.log.lastTracks(camera).map((track) => Number(track.slice(camera.length + 1)) || 0),
      ) + 1
    );
  }

  /** Publishes an event, and the events that follow from it, once it is in the log. */
  publish(draft: EventDraft): void {
    const cleansed = this.#forgotten.cleanse(draft);
    if (cleansed) this.#enricher.publish(cleansed);
  }

  /** Publishes an event of the engine with its pictures. */
  publishDetected({ draft, sinceMs, pictures }: DetectedEvent): void {
    const cleansed = this.#forgotten.cleanse(draft);
    if (!cleansed) return;
    // Pictures of a forgotten person are not stored.
    const own = cleansed.person === draft.person ? pictures : undefined;
    this.#enricher.publish(this.#snapshots.attach(cleansed, own, Date.now()), sinceMs);
  }

  get #config(): Config {
    return this.#loaded.config;
  }

  /** Removes a person's name from all further events, queued ones included, until the person is enrolled again. */
  withhold(person: string): void {
    this.#forgotten.add(person, this.#people?.has(nameKey(person)) ?? false);
    this.#feed.amend((draft) => this.#amended(draft));
    this.#enricher.forgetPerson(person);
    this.#options.inView.forgetPerson(person);
  }

  /** Removes the person's retained topics; see {@link SinkSet.forgetPerson}. */
  takeBackTopics(person: string, signal: AbortSignal): Promise<number> {
    return this.#sinks.forgetPerson(person, signal);
  }

  /** Erases a person from the log; see {@link EventLog.forgetPerson}. */
  async eraseEvents(person: string, onUnpictured: (ids: string[]) => void): Promise<Erased> {
    const erased = await this.log.forgetPerson(person, onUnpictured);
    this.#options.metrics.eventsRemoved(erased.events);
    this.#sinks.reread();
    return erased;
  }

  /** Removes the pictures of an event. @returns how many were removed, and how many could not be */
  removePictures(id: string): Promise<{ removed: number; failed: number }> {
    return this.#snapshots.remove(id);
  }

  /** Checks at the start whether the log is writable, and publishes queued events at the end. */
  get #finalFlush(): Component {
    return {
      start: async () => this.#feed.flush(),
      stop: async () => {
        const lost = this.#feed.stop();
        if (lost > 0)
          this.#options.logger.error(`${lost} events lost: the event log was not writable until the end`);
      },
    };
  }

  #amended(draft: EventDraft): EventDraft | null {
    const cleansed = this.#forgotten.cleanse(draft);
    const isPictured = draft.snapshotKey !== null && cleansed?.snapshotKey !== draft.snapshotKey;
    if (isPictured) void this.#snapshots.remove(draft.snapshotKey ?? '');
    return cleansed;
  }

  #distribute(event: SpotterEvent): void {
    const { metrics, inView } = this.#options;
    metrics.event(event);
    if (inView.notePublished(event)) this.#sinks.refresh();
    this.socket.publish(event);
    this.#options.onEvent(event, this.#context);
  }
}
