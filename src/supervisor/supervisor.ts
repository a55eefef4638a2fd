import { AccessFile } from '../auth/accessFile.js';
import type { LoadedConfig } from '../config/load.js';
import type { SpotterError } from '../core/errors.js';
import { Stack } from '../core/lifecycle.js';
import { maskText } from '../core/secrets.js';
import { InView } from '../events/inView.js';
import type { HttpServer } from '../http/server.js';
import { IPC_VERSION } from '../ipc/protocol.js';
import { HealthHistory } from '../observe/healthHistory.js';
import type { Logger } from '../observe/logger.js';
import { Metrics } from '../observe/metrics.js';
import { Throughput } from '../observe/throughput.js';
import { CameraMonitor, cameraLog } from './cameraMonitor.js';
import { CameraRegistry } from './cameraRegistry.js';
import { ChildProcesses } from './childProcesses.js';
import { type CameraParts, cameraParts } from './clusterCameras.js';
import { ClusterHost } from './clusterHost.js';
import { clusterParts } from './clusterParts.js';
import { clusterSource } from './clusterViews.js';
import { ControlFile } from './controlFile.js';
import { CrashPolicy } from './crashPolicy.js';
import { EngineControl } from './engineControl.js';
import { EngineHost } from './engineHost.js';
import { EngineMessages } from './engineMessages.js';
import { EngineRequests } from './engineRequests.js';
import { EngineStatus } from './engineStatus.js';
import { EventHub, type EventHubOptions } from './eventHub.js';
import { Gate } from './gate.js';
import { httpServerOf } from './httpParts.js';
import { LetterActions } from './letterActions.js';
import { LiveFeed } from './liveFeed.js';
import { metricSources } from './metricSources.js';
import { RecentFaces } from './recentFaces.js';
import { type ConfigChange, Reloader } from './reloader.js';
import { SharedConfigHost } from './sharedConfigHost.js';
import { untilStopped } from './untilStopped.js';

/** Configuration, logger and callbacks of the daemon. */
export interface SupervisorOptions {
  loaded: LoadedConfig;
  /** Reads the configuration again, as it was read at first. @throws SpotterError config.not_found, config.invalid */
  reload: () => LoadedConfig;
  /** Of --models. */
  modelFolder?: string | undefined;
  logger: Logger;
  /** Lines of events and of the log that could not be written so far; default none. */
  lostLines?: () => { stdout: number; stderr: number };
  /** Called with every event, after the sinks. */
  onEvent: EventHubOptions['onEvent'];
  /** Called at most once, when the daemon cannot go on; stop it then. */
  onFailure: (error: SpotterError) => void;
  /** Called once, when everything is up and the cameras start. @param address URL of the HTTP server */
  onReady: (address: string) => void;
  /** Recordings that have ended start over while a WebSocket client, such as the page, is connected. Default false. */
  replayForClients?: boolean | undefined;
  /** The engine's program; by default engine/main. */
  engineEntry?: string | undefined;
}

/** Composition root of the daemon's outer process: keeps the engine alive, and publishes its events. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #status = new EngineStatus();
  readonly #registry = new CameraRegistry();
  readonly #inView = new InView();
  readonly #crashPolicy: CrashPolicy;
  readonly #metrics: Metrics;
  readonly #hub: EventHub;
  readonly #gate: Gate;
  readonly #http: HttpServer;
  readonly #monitor: CameraMonitor;
  readonly #host: EngineHost;
  readonly #engine: EngineControl;
  readonly #reloader: Reloader;
  readonly #control: ControlFile;
  readonly #requests: EngineRequests;
  readonly #letters: LetterActions;
  readonly #live: LiveFeed;
  readonly #faces: RecentFaces;
  readonly #history = new HealthHistory();
  readonly #cluster: ClusterHost;
  #isEngineBegun = false;
  readonly #cameras: CameraParts;
  #onCameraState: () => void = () => {};

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const { logger, modelFolder, engineEntry: entry } = options;
    const shared = new SharedConfigHost(options, () => void this.#reloader.reload());
    const loaded = shared.overlay(options.loaded);
    const { data } = loaded.config;
    this.#cluster = new ClusterHost({ config: loaded.config, logger, shared, onFailure: options.onFailure });
    const config = () => this.#reloader.current.config;
    this.#requests = new EngineRequests({
      unreadyReason: () => this.#status.unreadyReason,
      send: (message) => this.#host.send(message),
    });
    const { forgetting, clusterPeople } = clusterParts({
      ...{ modelFolder, logger, requests: this.#requests, cluster: this.#cluster },
      ...{ hub: () => this.#hub, status: this.#status, isEngineBegun: () => this.#isEngineBegun },
      config,
      send: (message) => this.#host.send(message),
    });
    this.#cameras = cameraParts(this.#cluster, {
      ...{ config, logger, registry: this.#registry, status: this.#status },
      monitor: () => this.#monitor,
      engine: () => this.#engine,
      observers: () => this.#hub.cameraObservers,
    });
    const { duty, views, observer } = this.#cameras;
    const throughput = new Throughput();
    this.#reloader = new Reloader({
      loaded,
      read: () => shared.overlay(options.reload()),
      ...{ modelFolder, logger },
      checkModels: (next) => clusterPeople.checkModels(next),
      onChange: (change) => this.#configure(change),
    });
    this.#control = new ControlFile(data, () => this.#http.address);
    this.#crashPolicy = new CrashPolicy({
      onRestrictions: (restrictions) => this.#host.send(restrictions),
      onRelease: (id) => this.#engine.tryAgain(id),
    });
    // The hub updates the metrics, and the metrics read the hub: these sources are only called on a scrape.
    this.#metrics = new Metrics(
      metricSources({
        ...{ status: this.#status, registry: this.#registry, crashPolicy: this.#crashPolicy },
        ...{ hub: () => this.#hub, live: () => this.#live, gate: () => this.#gate },
        lostLines: options.lostLines ?? (() => ({ stdout: 0, stderr: 0 })),
        cluster: clusterSource(this.#cluster, config),
      }),
    );
    this.#faces = new RecentFaces({
      limits: () => config().review,
      isLive: (camera, track) => this.#inView.reportedAt(camera).some(({ id }) => id === track),
    });
    this.#hub = new EventHub({
      loaded,
      logger,
      metrics: this.#metrics,
      cameras: views,
      inView: this.#inView,
      faces: this.#faces,
      ...{ cluster: this.#cluster, cleanse: clusterPeople.cleanse },
      stats: () => ({
        cameras: throughput.read(),
        workerUtilization: Number(this.#status.load.utilization.toFixed(4)),
      }),
      onEvent: options.onEvent,
    });
    this.#live = new LiveFeed({
      config,
      send: (message) => this.#host.send(message),
      shownName: (person) => this.#hub.shownName(person),
      metrics: this.#metrics,
    });
    this.#letters = new LetterActions({ log: this.#hub.log, loaded: () => this.#reloader.current });
    this.#gate = new Gate({
      file: new AccessFile(data, () => logger.warn('access.db was replaced; using the new one')),
      config,
      controlToken: this.#control.token,
      logger,
    });
    this.#http = httpServerOf({
      ...{ logger, forgetting, live: this.#live, gate: this.#gate, history: this.#history },
      ...{ status: this.#status, hub: this.#hub, metrics: this.#metrics, letters: this.#letters },
      ...{ registry: this.#registry, inView: this.#inView, cluster: this.#cluster },
      ...{ requests: this.#requests, faces: this.#faces },
      send: (message) => this.#host.send(message),
      cameras: views,
      loaded: () => this.#reloader.current,
    });
    this.#monitor = new CameraMonitor({
      ...{ registry: this.#registry, inView: this.#inView },
      cameras: () => config().cameras,
      observers: [
        this.#crashPolicy,
        this.#metrics,
        throughput,
        this.#history,
        ...(observer ? [observer] : this.#hub.cameraObservers),
        cameraLog(logger, () => this.#engine.isWatching),
        { cameraState: () => this.#onCameraState() },
      ],
      ...{ duty, hub: this.#hub },
    });
    const messages = new EngineMessages({
      ...{ status: this.#status, registry: this.#registry, inView: this.#inView, monitor: this.#monitor },
      ...{ duty, hub: this.#hub, crashPolicy: this.#crashPolicy, metrics: this.#metrics, forgetting },
      ...{ clusterPeople, requests: this.#requests, live: this.#live, logger },
      onReady: () => {
        this.#reloader.confirm();
        this.#engine.assign();
      },
    });
    this.#host = new EngineHost({
      childProcesses: new ChildProcesses(data, (text) => logger.warn(text)),
      start: () => {
        this.#isEngineBegun = true;
        const { secrets } = this.#reloader.current;
        return {
          kind: 'start',
          version: IPC_VERSION,
          config: this.#engine.nextConfig(),
          modelFolder,
          secrets,
          known: this.#status.known,
        };
      },
      hasOtherDevice: () => config().compute.provider === 'auto',
      hangMs: () => config().engine.hangMs,
      onMessage: (message) => messages.receive(message),
      onDeath: (death) => this.#engine.engineDied(death),
      onFailure: options.onFailure,
      onOutput: (line) => logger.warn({ process: 'engine' }, maskText(line, this.#reloader.current.secrets)),
      entry,
    });
    this.#engine = new EngineControl({
      ...{ host: this.#host, status: this.#status, registry: this.#registry, monitor: this.#monitor },
      ...{ duty, crashPolicy: this.#crashPolicy },
      metrics: {
        engineDied: (cause) => {
          this.#metrics.engineDied(cause);
          this.#history.engineDied();
        },
      },
      logger,
      onInterrupt: () => this.#requests.interrupt(),
      config,
      restore: (how) => this.#reloader.restore(how),
    });
  }

  /**
   * Starts, runs until it is stopped, and stops in order.
   *
   * @param untilEnd also stop when every camera has ended
   * @returns whether every camera that has ended did so without an error
   * @throws SpotterError of models, gallery and port; nothing is left running then
   */
  async run(signal: AbortSignal, untilEnd: boolean): Promise<boolean> {
    // Log and HTTP before the engine: a port in use is reported at once, and /readyz can report what is missing. HTTP stops
    // after the hub: a closing HTTP server waits for its connections, including WebSockets.
    const parts = new Stack([
      this.#hub.logs,
      this.#letters,
      this.#gate,
      this.#http,
      this.#cluster,
      this.#live,
      this.#faces,
      this.#hub,
      this.#history,
      this.#control,
      this.#monitor,
      this.#host,
    ]);
    try {
      await parts.start(signal);
      if (signal.aborted) return true;
      this.#options.onReady(this.#http.address);
      this.#engine.watch();
      await untilStopped(signal, {
        registry: this.#registry,
        listen: (onChange) => {
          this.#onCameraState = onChange;
        },
        untilEnd,
        isWatched: () => this.#options.replayForClients === true && this.#hub.gauges.wsClients() > 0,
        replay: () => this.#engine.replay(),
      });
      return this.#registry.cameras.every(({ state, message }) => state !== 'stopped' || message === null);
    } finally {
      this.#status.unreadyReason = 'stopping';
      this.#requests.interrupt();
      this.#reloader.stop();
      this.#crashPolicy.stop();
      await this.#cameras.duty.release();
      await parts.stop();
    }
  }

  /** Applies a changed configuration without disturbing what stays the same; see {@link Reloader.reload}. */
  reload(): Promise<void> {
    return this.#reloader.reload();
  }

  /** Kills the engine and its decoders, for a process that ends without having stopped. */
  kill(): void {
    this.#host.kill();
  }

  #configure(change: ConfigChange): void {
    const { before, after } = change;
    this.#hub.configure(after);
    if (before.config.gallery.folder !== after.config.gallery.folder) this.#status.forgetGallery();
    this.#engine.configure(change);
    this.#live.configure();
  }
}
