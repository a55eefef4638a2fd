import path from 'node:path';
import type { Config } from '../config/schema.js';
import type { CameraState } from '../core/cameraState.js';
import { type Component, Together } from '../core/lifecycle.js';
import { packageVersion } from '../core/package.js';
import type { EventDraft, SpotterEvent } from '../events/event.js';
import { EventEnricher } from '../events/eventEnricher.js';
import { EventFeed } from '../events/feed.js';
import { ForgottenNames } from '../events/forgottenNames.js';
import { EventLog } from '../events/log/eventLog.js';
import type { Erased } from '../events/log/upkeep.js';
import { TracksInView } from '../events/tracksInView.js';
import type { PersonSettings } from '../gallery/person.js';
import { viewsOf } from '../http/api.js';
import type { ControlViews } from '../http/controlRoutes.js';
import { HttpServer } from '../http/server.js';
import { EventSocket } from '../http/socket.js';
import type { Logger } from '../observe/logger.js';
import { type MetricSources, Metrics } from '../observe/metrics.js';
import type { Pictures } from '../snapshots/pictures.js';
import { SnapshotStore } from '../snapshots/store.js';
import type { TrackBrief } from '../track/trackBrief.js';
import { gapDraft } from './cameraRegistry.js';
import { SinkSet } from './sinkSet.js';

export interface EventHubOptions {
  /** As it is now; what belongs to the address counts once. */
  config: () => Config;
  logger: Logger;
  metrics: Omit<MetricSources, 'version' | 'wsClients' | 'log' | 'sinks' | 'openVisits'>;
  cameras: () => { list: object[]; details: object[]; tracks: readonly TrackBrief[] };
  /** What clients get once a second who ask for it. */
  stats: () => object;
  /** Why the daemon cannot work yet, beside the log; null once it can. */
  unreadyReason: () => string | null;
  /** Values that must never be shown. */
  secrets: () => readonly string[];
  /** Told every event, beside the sinks. */
  onEvent: (event: SpotterEvent) => void;
  /** The door for programs on this machine. */
  control: Omit<ControlViews, 'allowedOrigins'>;
}

/** An event as the engine tells it. */
interface EngineEvent {
  draft: EventDraft;
  sinceMs: number | null;
  pictures?: Pictures | null;
}

const SERVER = `spotter/${packageVersion}`;
const PROTOCOL = 1;
const HOUR_MS = 3_600_000;

/** The way of an event to the world: the log first, then everybody who listens. */
export class EventHub {
  readonly metrics: Metrics;
  readonly #options: EventHubOptions;
  readonly #log: EventLog;
  readonly #feed: EventFeed;
  readonly #enricher: EventEnricher;
  readonly #snapshots: SnapshotStore;
  readonly #sinks: SinkSet;
  readonly #tracks = new TracksInView();
  readonly #socket: EventSocket;
  readonly #http: HttpServer;
  readonly #forgotten = new ForgottenNames();
  #people: readonly string[] = [];
  #settings: Readonly<Record<string, PersonSettings>> = {};

  constructor(options: EventHubOptions) {
    this.#options = options;
    const { config, logger } = options;
    const { http, data } = config();
    this.#log = new EventLog({
      folder: data,
      retention: () => config().events,
      explain: () => config().events.explain,
      onReplaced: (message) => {
        logger.error(message);
        this.#socket.restart();
      },
      onRemoved: (events) => {
        this.metrics.eventsRemoved(events.length);
        for (const { id } of events) void this.#snapshots.remove(id);
      },
      onTrouble: (message) =>
        logger.warn(`old events could not be removed, which is tried again: ${message}`),
    });
    this.#feed = new EventFeed(this.#log, {
      toGap: ({ camera, ...loss }, cause) => gapDraft(camera, { ...loss, cause }),
      onFault: (reason) => logger.error(`events wait and nobody is told: ${reason}`),
      onRecovered: () => logger.info('the event log takes events again; those that waited are told'),
      onLost: () => this.metrics.eventLost(),
      onPublished: ({ camera, publishMs, frameMs }) => {
        this.metrics.eventPublished(publishMs / 1000);
        if (frameMs !== null) this.metrics.eventLatency(camera, frameMs / 1000);
      },
    });
    this.metrics = new Metrics({
      ...options.metrics,
      version: packageVersion,
      wsClients: () => this.#socket.clients,
      sinks: () => this.#sinks.states,
      openVisits: () => this.#enricher.openVisits,
      log: () => ({
        sizeBytes: this.#log.sizeBytes,
        waiting: this.#feed.waiting,
        isWritable: this.#feed.fault === null && this.#log.epoch !== null,
      }),
    });
    this.#socket = new EventSocket({
      allowedOrigins: http.allowedOrigins,
      hello: () => {
        const { list, tracks } = options.cameras();
        return { protocol: PROTOCOL, server: SERVER, cameras: list, tracks: this.#tracks.view(tracks) };
      },
      log: () => this.#log.state,
      page: (seq, limit) => this.#log.page(seq, limit),
      stats: options.stats,
      onClosed: (reason) => this.metrics.wsClosed(reason),
    });
    this.#http = new HttpServer({
      host: http.host,
      port: http.port,
      views: {
        server: SERVER,
        unreadyReason: () => options.unreadyReason() ?? this.#feed.fault,
        metrics: () => this.metrics.expose(),
        snapshot: async (seq, form) => {
          const event = this.#log.event(seq, false);
          return event && this.#snapshots.read(JSON.parse(event.text).id, form);
        },
        control: { ...options.control, allowedOrigins: http.allowedOrigins },
        api: viewsOf(this.#log, () => options.cameras().details),
      },
      onUpgrade: (request, socket, head) => this.#socket.upgrade(request, socket, head),
    });
    this.#enricher = new EventEnricher({
      rules: config,
      people: () => this.#settings,
      clock: 'captured',
      history: this.#log,
      publish: (draft, sinceMs) => this.#feed.publish(draft, sinceMs),
    });
    this.#snapshots = new SnapshotStore({
      folder: path.join(data, 'snapshots'),
      keepMs: () => config().snapshots.keepHours * HOUR_MS,
      onWarning: (message) => logger.warn(message),
      onOutcome: (outcome, bytes) => this.metrics.snapshot(outcome, bytes),
    });
    this.#sinks = new SinkSet({
      config: config(),
      source: this.#log,
      cursors: this.#log,
      deadLetters: this.#log,
      version: packageVersion,
      observer: {
        onEvent: (sink, outcome) => this.metrics.sinkEvent(sink, outcome),
        onRetry: (sink) => this.metrics.sinkRetried(sink),
      },
      log: logger,
      secrets: options.secrets,
    });
    this.#feed.subscribe((event) => this.#distribute(event));
  }

  /**
   * The parts in the order of their start. The log is first and last; what is still on its way when the cameras have ended
   * is told before the sinks end. The socket ends before HTTP: an HTTP server that closes waits for its connections. Far
   * ends that are slow to go are waited for at the same time.
   */
  get parts(): Component[] {
    const farEnds = new Together([this.#socket, this.#sinks]);
    return [this.#log, this.#http, farEnds, this.#snapshots, this.#finalFlush, this.#enricher];
  }

  /** Where it listens, as a browser takes it. */
  get address(): string {
    return this.#http.address;
  }

  /** A number that no track of a camera in the log has. */
  nextTrack(camera: string): number {
    return (
      Math.max(
        0,
        ...this.#log.lastTracks(camera).map((track) => Number(track.slice(camera.length + 1)) || 0),
      ) + 1
    );
  }

  /** Tells an event, and what follows from it, as soon as the log has it. */
  publish(draft: EventDraft): void {
    const cleansed = this.#forgotten.cleanse(draft);
    if (cleansed) this.#enricher.tell(cleansed);
  }

  /** The same of the engine's, with the pictures that it may have. @param sinceMs monotonic, of the frame that gave it */
  event({ draft, sinceMs, pictures }: EngineEvent): void {
    const cleansed = this.#forgotten.cleanse(draft);
    if (!cleansed) return;
    // The picture of a face that was a forgotten person's is not kept.
    const own = cleansed.person === draft.person ? pictures : undefined;
    this.#enricher.tell(this.#snapshots.attach(cleansed, own, Date.now()), sinceMs);
  }

  /** A changed configuration counts. */
  configure(): void {
    void this.#sinks.configure(this.#options.config());
  }

  /** Who is known from now on, and what is said of them. */
  setPeople(names: readonly string[], settings: Readonly<Record<string, PersonSettings>>): void {
    this.#settings = settings;
    this.#people = names;
    this.#forgotten.notePeople(names);
    const known = names.filter((name) => !this.#forgotten.has(name));
    this.#sinks.setPeople(known, settings);
  }

  /** From now on no event names a person, whatever is still on its way. Ends when the person is enrolled anew. */
  withhold(person: string): void {
    this.#forgotten.add(person, this.#people.includes(person));
    this.#feed.amend((draft) => this.#amended(draft));
    this.#enricher.forgetPerson(person);
    this.#tracks.forgetPerson(person);
  }

  /** Takes back what the broker keeps of a person; see {@link SinkSet.forgetPerson}. */
  takeBackTopics(person: string, signal: AbortSignal): Promise<number> {
    return this.#sinks.forgetPerson(person, signal);
  }

  /** Erases a person from the log; see {@link EventLog.forgetPerson}. */
  async eraseEvents(person: string, onUnpictured: (ids: string[]) => void): Promise<Erased> {
    const erased = await this.#log.forgetPerson(person, onUnpictured);
    this.metrics.eventsRemoved(erased.events);
    this.#sinks.reread();
    return erased;
  }

  /** Removes the pictures of an event. @returns how many are gone, and are not */
  removePictures(id: string): Promise<{ removed: number; failed: number }> {
    return this.#snapshots.remove(id);
  }

  /** Tells that a camera has changed. */
  cameraChanged(id: string, state: CameraState, message: string | null): void {
    this.metrics.cameraState(id, state);
    this.#sinks.setCamera(id, state);
    this.#socket.publishCamera({ id, state, message });
  }

  /** A camera that is no longer configured. */
  forgetCamera(id: string): void {
    this.metrics.forgetCamera(id);
    this.#sinks.forgetCamera(id);
    this.#tracks.forget(id);
  }

  /** Finds out at the start whether the log takes events, and tells the rest at the end. */
  get #finalFlush(): Component {
    return {
      start: async () => this.#feed.flush(),
      stop: async () => {
        const lost = this.#feed.stop();
        if (lost > 0)
          this.#options.logger.error(`${lost} events are lost: the event log took none until the end`);
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
    this.#tracks.note(event);
    this.metrics.event(event);
    this.#sinks.note(event);
    this.#socket.publish(event);
    this.#options.onEvent(event);
  }
}
