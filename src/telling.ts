import type { Config } from './config/schema.js';
import { gapDraft } from './daemon/cameraBook.js';
import { TracksInView } from './daemon/tracksInView.js';
import { EventFeed } from './events/feed.js';
import { EventLog } from './events/log/eventLog.js';
import { HttpServer } from './http/server.js';
import { EventSocket } from './http/socket.js';
import type { Component } from './lifecycle.js';
import type { Logger } from './observe/logger.js';
import { type MetricSources, Metrics } from './observe/metrics.js';
import { packageVersion } from './package.js';
import type { CameraState, EventDraft, SpotterEvent, TrackBrief } from './types.js';

export interface TellingOptions {
  /** As it is now; what belongs to the address counts once. */
  config: () => Config;
  logger: Logger;
  metrics: Omit<MetricSources, 'version' | 'wsClients' | 'log'>;
  cameras: () => { list: object[]; details: object[]; tracks: readonly TrackBrief[] };
  /** What clients get once a second who ask for it. */
  stats: () => object;
  /** Why the daemon cannot work yet, beside the log; null once it can. */
  unreadyReason: () => string | null;
  /** Told every event, beside the sinks. */
  onEvent: (event: SpotterEvent) => void;
}

const SERVER = `spotter/${packageVersion}`;
const PROTOCOL = 1;

/** The way of an event to the world: the log first, then everybody who listens. */
export class Telling {
  readonly metrics: Metrics;
  readonly #options: TellingOptions;
  readonly #log: EventLog;
  readonly #feed: EventFeed;
  readonly #tracks = new TracksInView();
  readonly #socket: EventSocket;
  readonly #http: HttpServer;

  constructor(options: TellingOptions) {
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
      // Whoever keeps pictures of events lets go of them here.
      onRemoved: (events) => this.metrics.eventsRemoved(events.length),
      onTrouble: (message) =>
        logger.warn(`old events could not be removed, which is tried again: ${message}`),
    });
    this.#feed = new EventFeed(this.#log, {
      toGap: ({ camera, fromMs, toMs }, cause) => gapDraft(camera, { sinceMs: fromMs, cause, nowMs: toMs }),
      onFault: (reason) => logger.error(`events wait and nobody is told: ${reason}`),
      onRecovered: () => logger.info('the event log takes events again; those that waited are told'),
      onLost: () => this.metrics.eventLost(),
      onTold: (ms) => this.metrics.eventTold(ms / 1000),
    });
    this.metrics = new Metrics({
      ...options.metrics,
      version: packageVersion,
      wsClients: () => this.#socket.clients,
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
        api: {
          log: () => this.#log.state,
          find: ({ explain, ...query }) => this.#log.find(query, explain),
          event: (seq, explain) => this.#log.event(seq, explain),
          cameras: () => options.cameras().details,
          deadLetters: (before, limit) => this.#log.list(before, limit),
        },
      },
      onUpgrade: (request, socket, head) => this.#socket.upgrade(request, socket, head),
    });
    this.#feed.subscribe((event) => this.#tell(event));
  }

  /**
   * The parts in the order of their start. The log is first and last; what is still on its way when the cameras have ended
   * is told before the sinks end. The socket ends before HTTP: an HTTP server that closes waits for its connections.
   */
  get parts(): Component[] {
    // Sinks with a cursor of their own (webhooks, MQTT) belong between the socket and the feed; this.#log is their
    // EventSource, CursorStore and DeadLetterStore.
    return [this.#log, this.#http, this.#socket, this.#lastWords];
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

  /** Tells an event as soon as the log has it. */
  publish(draft: EventDraft): void {
    // What a draft gains on its way (visits, notify, display names, a snapshot) belongs here.
    this.#feed.publish(draft);
  }

  /** Tells that a camera has changed. */
  cameraChanged(id: string, state: CameraState, message: string | null): void {
    this.metrics.cameraState(id, state);
    this.#socket.publishCamera({ id, state, message });
  }

  /** A camera that is no longer configured. */
  forgetCamera(id: string): void {
    this.metrics.forgetCamera(id);
    this.#tracks.forget(id);
  }

  /** Finds out at the start whether the log takes events, and tells the rest at the end. */
  get #lastWords(): Component {
    return {
      start: async () => this.#feed.flush(),
      stop: async () => {
        const lost = this.#feed.stop();
        if (lost > 0)
          this.#options.logger.error(`${lost} events are lost: the event log took none until the end`);
      },
    };
  }

  #tell(event: SpotterEvent): void {
    this.#tracks.note(event);
    this.metrics.event(event);
    this.#socket.publish(event);
    this.#options.onEvent(event);
  }
}
