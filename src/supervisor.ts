import type { LoadedConfig } from './config/load.js';
import { maskText } from './config/mask.js';
import type { CameraConfig } from './config/schema.js';
import { Engine, prepare } from './engine.js';
import { EventFeed } from './events/feed.js';
import { HttpServer } from './http/server.js';
import { EventSocket } from './http/socket.js';
import { Stack } from './lifecycle.js';
import type { Logger } from './observe/logger.js';
import { Metrics } from './observe/metrics.js';
import { Throughput } from './observe/throughput.js';
import { packageVersion } from './package.js';
import { type CameraState, Watch } from './pipeline/watch.js';
import type { SpotterEvent } from './types.js';
import { filePath } from './video/fileSource.js';

export interface SupervisorOptions {
  loaded: LoadedConfig;
  /** Of --models. */
  modelFolder?: string | undefined;
  logger: Logger;
  /** Told every event, beside the sinks. */
  onEvent: (event: SpotterEvent) => void;
  /** Told once, when everything is up and the cameras begin. */
  onReady: (address: string) => void;
}

const SERVER = `spotter/${packageVersion}`;
const PROTOCOL = 1;

/** The daemon: cameras in, events out on the WebSocket, health and metrics on HTTP. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #feed = new EventFeed();
  readonly #throughput = new Throughput();
  readonly #metrics: Metrics;
  readonly #socket: EventSocket;
  readonly #http: HttpServer;
  #engine: Engine | undefined;
  #watches: Watch[] = [];
  #unready: string | null = 'starting';

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const { http } = options.loaded.config;
    this.#metrics = new Metrics({
      version: packageVersion,
      onnxruntime: () => this.#engine?.pool.onnxruntime ?? '',
      workerUtilization: () => this.#engine?.pool.utilization ?? 0,
      wsClients: () => this.#socket.clients,
      gallery: () => this.#countGallery(),
    });
    this.#socket = new EventSocket({
      allowedOrigins: http.allowedOrigins,
      hello: () => ({
        protocol: PROTOCOL,
        server: SERVER,
        seq: this.#feed.seq,
        cameras: this.#cameras(),
        tracks: this.#tracks(),
      }),
      stats: () => ({
        cameras: this.#throughput.read(),
        workerUtilization: this.#engine?.pool.utilization ?? 0,
      }),
      onClosed: (reason) => this.#metrics.wsClosed(reason),
    });
    this.#http = new HttpServer({
      host: http.host,
      port: http.port,
      views: { server: SERVER, unreadyReason: () => this.#unready, metrics: () => this.#metrics.expose() },
      onUpgrade: (request, socket, head) => this.#socket.upgrade(request, socket, head),
    });
    this.#feed.subscribe((event) => {
      this.#metrics.event(event);
      this.#socket.publish(event);
      options.onEvent(event);
    });
  }

  /**
   * Starts, watches, and stops in good order.
   *
   * @param untilEnd also end when every camera has come to its end
   * @throws SpotterError of models, gallery and port; nothing is left running then
   */
  async run(signal: AbortSignal, untilEnd: boolean): Promise<void> {
    const { loaded, logger, modelFolder } = this.#options;
    const { config } = loaded;
    for (const camera of config.cameras) filePath(camera.url);
    const prepared = await prepare(config, modelFolder);
    const engine = new Engine(config, prepared, { onWarning: (message) => logger.warn(message) });
    this.#engine = engine;
    // HTTP before the engine: a port in use is told at once, and /readyz can say what is missing. The socket ends
    // before it: an HTTP server that closes waits for its connections.
    const parts = new Stack([this.#http, this.#socket, engine]);
    try {
      const startMs = performance.now();
      await parts.start(signal);
      if (signal.aborted) return;
      this.#metrics.galleryRead((performance.now() - startMs) / 1000);
      this.#noteGallery();
      this.#unready = null;
      this.#options.onReady(this.#http.address);
      await this.#watch(engine, signal, untilEnd);
    } finally {
      this.#unready = 'stopping';
      await parts.stop();
    }
  }

  async #watch(engine: Engine, signal: AbortSignal, untilEnd: boolean): Promise<void> {
    const { config } = this.#options.loaded;
    this.#watches = config.cameras.map((camera) => this.#newWatch(engine, camera));
    const running = Promise.all(this.#watches.map((watch) => watch.run(signal)));
    if (untilEnd) await running;
    else {
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      });
      await running;
    }
  }

  #newWatch(engine: Engine, { id, url, realtime, loop }: CameraConfig): Watch {
    const camera = engine.camera({
      id,
      onEvent: (draft) => this.#feed.publish(draft),
      onReport: (report) => {
        this.#metrics.frame(report);
        this.#throughput.add(report);
      },
    });
    this.#metrics.cameraUp(id, false);
    return new Watch({
      id,
      camera,
      open: () => engine.recording(id, filePath(url), { realtime, loop }),
      onState: (state, message) => this.#cameraChanged(id, state, message),
      onRestart: (reason) => this.#metrics.cameraRestarted(id, reason),
    });
  }

  #cameraChanged(id: string, state: CameraState, message: string | null): void {
    const { logger, loaded } = this.#options;
    const reason = message && maskText(message, loaded.secrets);
    this.#metrics.cameraUp(id, state === 'live');
    this.#socket.publishCamera({ id, state, message: reason } as { id: string });
    if (state === 'unreachable')
      logger.warn({ camera: id, reason }, 'camera is unreachable, it will be tried again');
    else logger.info({ camera: id }, `camera is ${state}`);
  }

  #cameras(): object[] {
    return this.#watches.map(({ id, state, message }) => ({ id, state, message }));
  }

  #tracks(): object[] {
    return this.#watches.flatMap(({ id: camera, camera: eyes }) =>
      eyes.tracks.map((track) => {
        const { x1, y1, x2, y2 } = track.detection.box;
        const { verdict } = track;
        return {
          id: eyes.trackId(track),
          camera,
          verdict: verdict?.kind ?? null,
          person: verdict?.kind === 'known' ? verdict.match.person : null,
          box: [x1, y1, x2, y2].map((value) => Math.round(value * 10) / 10),
          firstSeenMs: track.firstSeenMs,
          lastSeenMs: track.lastSeenMs,
        };
      }),
    );
  }

  #countGallery(): { people: number; used: number; unusable: number } {
    const { photos, snapshot } = this.#engine?.gallery ?? { photos: [], snapshot: { people: [] } };
    const used = photos.filter(({ result }) => result.state === 'used').length;
    return { people: snapshot.people.length, used, unusable: photos.length - used };
  }

  #noteGallery(): void {
    const { logger } = this.#options;
    const { people, used, unusable } = this.#countGallery();
    logger.info({ people, photos: used }, 'the gallery is read');
    for (const { name, result } of this.#engine?.gallery.photos ?? []) {
      if (result.state === 'unusable')
        logger.warn({ photo: name, fault: result.fault }, `photo is not used: ${result.message}`);
    }
    if (people === 0) logger.warn({ unusable }, 'the gallery knows nobody, so every face is unknown');
  }
}
