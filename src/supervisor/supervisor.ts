import { isDeepStrictEqual } from 'node:util';
import { type CameraDiff, changedSettings, diffCameras, fixedKeys, needsEngine } from '../config/diff.js';
import type { LoadedConfig } from '../config/load.js';
import { maskText } from '../config/mask.js';
import type { CameraState } from '../core/cameraState.js';
import { moment, monotonicMs } from '../core/clock.js';
import { describeError } from '../core/errors.js';
import { type Component, Stack } from '../core/lifecycle.js';
import { Serial } from '../core/serial.js';
import type { Gap, SpotterEvent } from '../events/event.js';
import { listGallery } from '../gallery/folder.js';
import { type EngineLoad, type FromEngine, type GalleryReport, IPC_VERSION } from '../ipc/protocol.js';
import { prepare } from '../models/prepare.js';
import type { Logger } from '../observe/logger.js';
import { Throughput } from '../observe/throughput.js';
import type { FrameReport } from '../pipeline/frameReport.js';
import { CameraRegistry } from './cameraRegistry.js';
import { ChildProcesses } from './childProcesses.js';
import { ControlFile } from './controlFile.js';
import { CrashPolicy } from './crashPolicy.js';
import { type Death, EngineHost } from './engineHost.js';
import { EventHub } from './eventHub.js';
import { Forgetting } from './forgetting.js';
import { logGallery, logGalleryChange } from './galleryLog.js';

export interface SupervisorOptions {
  loaded: LoadedConfig;
  /** Reads the configuration again, as it was read at first. @throws SpotterError config.not_found, config.invalid */
  reload: () => LoadedConfig;
  /** Of --models. */
  modelFolder?: string | undefined;
  logger: Logger;
  /** Told every event, beside the sinks. */
  onEvent: (event: SpotterEvent) => void;
  /** Told once, when everything is up and the cameras begin. */
  onReady: (address: string) => void;
}

const IDLE: EngineLoad = { utilization: 0, residentBytes: 0, cpuSeconds: 0 };
const NO_GALLERY: GalleryReport = {
  people: 0,
  names: [],
  used: 0,
  unusable: [],
  settings: {},
  faults: [],
  expired: [],
  away: null,
  seconds: 0,
};

/** The daemon's outer half: guards the engine, and tells the world what it sees, on the WebSocket and over HTTP. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #throughput = new Throughput();
  readonly #registry = new CameraRegistry();
  readonly #hub: EventHub;
  readonly #host: EngineHost;
  readonly #crashPolicy = new CrashPolicy({
    send: (message) => this.#host.send(message),
    onForgiven: (id) => this.#beginAnew(id),
  });
  readonly #control: ControlFile;
  readonly #forgetting = new Forgetting({
    config: () => this.#loaded.config,
    hub: () => this.#hub,
    send: (message) => this.#host.send(message),
    onForget: (person) => this.#forgetPerson(person),
  });
  #loaded: LoadedConfig;
  /** Counts again when no engine can start with the one that has been taken over since. */
  #proven: LoadedConfig | null = null;
  #gallery: GalleryReport = NO_GALLERY;
  #onnxruntime = '';
  #load: EngineLoad = IDLE;
  #unready: string | null = 'starting';
  readonly #reloading = new Serial();
  #watching = false;
  #onStopped: () => void = () => {};

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#loaded = options.loaded;
    this.#control = new ControlFile(options.loaded.config.data, () => this.#hub.address);
    this.#hub = new EventHub({
      config: () => this.#loaded.config,
      logger: options.logger,
      metrics: {
        onnxruntime: () => this.#onnxruntime,
        engine: () => this.#load,
        inWork: () => this.#registry.ids.map((id) => [id, this.#crashPolicy.inWork(id)]),
        gallery: () => ({ ...this.#gallery, unusable: this.#gallery.unusable.length }),
      },
      cameras: () => ({
        list: this.#registry.cameras,
        details: this.#registry.details(moment()),
        tracks: this.#registry.tracks,
      }),
      stats: () => ({ cameras: this.#throughput.read(), workerUtilization: this.#load.utilization }),
      unreadyReason: () => this.#unready,
      secrets: () => this.#loaded.secrets,
      onEvent: options.onEvent,
      control: { token: this.#control.token, forget: (name) => this.#forgetting.forget(name) },
    });
    this.#host = new EngineHost({
      childProcesses: new ChildProcesses(options.loaded.config.data),
      start: () => ({
        kind: 'start',
        version: IPC_VERSION,
        config: this.#loaded.config,
        modelFolder: options.modelFolder,
        secrets: this.#loaded.secrets,
        known: this.#gallery === NO_GALLERY ? null : this.#gallery.settings,
      }),
      hangMs: () => this.#loaded.config.engine.hangMs,
      onMessage: (message) => this.#receive(message),
      onDeath: (death) => this.#engineDied(death),
    });
  }

  /**
   * Starts, watches, and stops in good order.
   *
   * @param untilEnd also end when every camera has come to its end
   * @returns whether every camera that has come to its end came to a good one
   * @throws SpotterError of models, gallery and port; nothing is left running then
   */
  async run(signal: AbortSignal, untilEnd: boolean): Promise<boolean> {
    // Log and HTTP before the engine: a port in use is told at once, and /readyz can say what is missing.
    const parts = new Stack([...this.#hub.parts, this.#control, this.#farewell, this.#host]);
    try {
      await parts.start(signal);
      if (signal.aborted) return true;
      this.#options.onReady(this.#hub.address);
      this.#watching = true;
      this.#assign();
      await this.#untilStopped(signal, untilEnd);
      return this.#registry.cameras.every(({ state, message }) => state !== 'stopped' || message === null);
    } finally {
      this.#unready = 'stopping';
      this.#crashPolicy.stop();
      await parts.stop();
    }
  }

  /** Takes over a changed configuration without disturbing what stays; one that cannot work changes nothing. */
  reload(): Promise<void> {
    // One after another: of two that are checked at the same time the older one might count in the end.
    return this.#reloading.run(() => this.#reload());
  }

  async #reload(): Promise<void> {
    const { logger, reload, modelFolder } = this.#options;
    let next: LoadedConfig;
    try {
      next = reload();
      // A new engine that finds no models or no gallery would be the end of the old one.
      if (needsEngine(this.#loaded.config, next.config)) {
        await prepare(next.config, modelFolder);
        if (next.config.gallery !== this.#loaded.config.gallery) await listGallery(next.config.gallery);
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : describeError(error);
      const masked = maskText(message, this.#loaded.secrets);
      logger.error(`the configuration is not taken over, the running one stays: ${masked}`);
      return;
    }
    const before = this.#loaded;
    for (const key of fixedKeys(before.config, next.config))
      logger.warn(`${key} has changed; restart spotter for it to count`);
    const settings = changedSettings(before.config, next.config);
    const { changed, ...others } = this.#takeOver(next);
    logger.info({ ...others, changed, settings }, 'the configuration is taken over');
    if (needsEngine(before.config, next.config)) {
      this.#proven ??= before;
      logger.info('settings beside the cameras have changed: a new engine takes over');
      this.#interrupt('settings_changed');
      this.#host.replace();
    }
    this.#beginAnew(...changed);
  }

  /** From now on this configuration counts, for the engine as soon as it is told. */
  #takeOver(next: LoadedConfig): CameraDiff {
    const before = this.#loaded.config;
    this.#loaded = next;
    this.#hub.configure();
    if (before.gallery !== next.config.gallery) this.#gallery = NO_GALLERY;
    const diff = diffCameras(before, next.config);
    for (const id of diff.removed) this.#crashPolicy.forgive(id);
    this.#options.logger.level = next.config.log.level;
    return diff;
  }

  /** What only an engine finds out, such as a model that cannot be loaded: the configuration before counts again. */
  #takeBack(proven: LoadedConfig, why: string): void {
    this.#proven = null;
    this.#options.logger.error(`the configuration is not taken over, the one before counts again: ${why}`);
    this.#beginAnew(...this.#takeOver(proven).changed);
  }

  /** An engine that had to be ended the hard way has not told who left. */
  get #farewell(): Component {
    return {
      start: async () => {},
      stop: async () => {
        for (const draft of this.#registry.leave(Date.now())) this.#hub.publish(draft);
      },
    };
  }

  #untilStopped(signal: AbortSignal, untilEnd: boolean): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
      this.#onStopped = () => {
        if (untilEnd && this.#registry.cameras.every(({ state }) => state === 'stopped')) resolve();
      };
      this.#onStopped();
    });
  }

  /** Tells the engine which cameras to watch. */
  #assign(): void {
    if (!this.#watching) return;
    const { cameras } = this.#loaded.config;
    const wanted = new Set(cameras.map(({ id }) => id));
    for (const { id } of cameras) {
      if (this.#registry.stateOf(id) !== null) continue;
      // Asks the log, which takes a while: once for each camera.
      this.#registry.add(id, this.#hub.nextTrack(id));
      this.#publishCameraState(id, 'connecting', null);
    }
    for (const id of this.#registry.ids) {
      if (wanted.has(id)) continue;
      this.#cameraChanged(id, 'stopped', null);
      this.#registry.remove(id);
      this.#hub.forgetCamera(id);
      this.#throughput.forget(id);
    }
    // A recording that has come to its end is not played again by a new engine.
    const free = cameras.filter(
      ({ id }) => !this.#crashPolicy.isLeftAlone(id) && this.#registry.stateOf(id) !== 'stopped',
    );
    const assignments = free.map((camera) => ({ camera, firstTrack: this.#registry.nextTrack(camera.id) }));
    this.#crashPolicy.tell();
    this.#host.send({ kind: 'cameras', assignments });
  }

  #receive(message: FromEngine): void {
    switch (message.kind) {
      case 'ready':
        this.#onnxruntime = message.onnxruntime;
        this.#noteGallery(message.gallery);
        this.#unready = null;
        this.#proven = null;
        this.#assign();
        this.#forgetting.noteEngine();
        break;
      case 'gallery':
        logGalleryChange(this.#options.logger, this.#gallery, message.gallery, message.change);
        this.#takeGallery(message.gallery);
        break;
      case 'forgotten':
        this.#forgetting.noteForgotten(message.person, message.cached);
        break;
      case 'event':
        this.#registry.noteDraft(message.draft);
        this.#hub.event(message);
        break;
      case 'report':
        this.#noteReport(message.report);
        break;
      case 'camera':
        // A new engine connects anew; why it has to has been told.
        if (message.state === 'connecting' && this.#registry.stateOf(message.id) === 'connecting') break;
        this.#cameraChanged(message.id, message.state, message.message);
        break;
      case 'restart':
        this.#hub.metrics.cameraRestarted(message.id, message.reason);
        break;
      case 'work':
        this.#crashPolicy.noteWork(message.camera, message.mark, message.begins);
        break;
      case 'beat':
        this.#load = message;
        for (const [id, frames] of Object.entries(message.decoded)) this.#hub.metrics.decoded(id, frames);
        break;
      case 'log':
        this.#options.logger[message.level](
          { ...(message.camera && { camera: message.camera }) },
          message.message,
        );
        break;
    }
  }

  #noteReport(report: FrameReport): void {
    // The last frames of a camera that is no longer configured would bring its gauges back.
    if (this.#registry.stateOf(report.camera) === null) return;
    this.#hub.metrics.frame(report);
    this.#throughput.add(report);
    if (report.outcome === 'processed') this.#crashPolicy.noteFinished(report.camera);
    this.#registry.noteFrame(report, monotonicMs());
  }

  #cameraChanged(id: string, state: CameraState, message: string | null): void {
    if (!this.#registry.setState(id, state, message)) return;
    const gap = state === 'live' ? this.#registry.endGap(id, moment()) : null;
    if (gap) this.#hub.publish(gap);
    this.#publishCameraState(id, state, message);
    if (state === 'stopped') this.#onStopped();
  }

  #publishCameraState(id: string, state: CameraState, message: string | null): void {
    const { logger } = this.#options;
    this.#hub.cameraChanged(id, state, message);
    const text = `camera is ${state.replaceAll('_', ' ')}${message ? `: ${message}` : ''}`;
    if (message === null) logger.info({ camera: id }, text);
    else logger.warn({ camera: id }, text);
  }

  #engineDied({ cause, how, isUnfit }: Death): void {
    if (isUnfit && this.#proven !== null) {
      this.#takeBack(this.#proven, how);
      return;
    }
    const { logger } = this.#options;
    const { hangMs } = this.#loaded.config.engine;
    const { poison, quarantined } = this.#crashPolicy.noteDeath(cause === 'engine_hung' ? hangMs / 2 : 0);
    const what = cause === 'engine_hung' ? 'hung in a network' : `ended (${how})`;
    logger.error({ poison: poison.length }, `the engine has ${what}; another one takes over`);
    this.#hub.metrics.engineDied(cause);
    this.#interrupt(cause);
    for (const id of quarantined) this.#isolate(id);
  }

  /** Nobody watches until another engine is ready. */
  #interrupt(cause: Gap['cause']): void {
    this.#unready = 'the engine is being replaced';
    this.#load = IDLE;
    for (const draft of this.#registry.interrupt(cause, moment())) this.#hub.publish(draft);
    for (const { id, state } of this.#registry.cameras) {
      if (state !== 'stopped' && state !== 'quarantined')
        this.#cameraChanged(id, 'connecting', 'the engine is being replaced');
    }
  }

  /** Leaves a camera alone for a while. */
  #isolate(id: string): void {
    const { quarantineMs } = this.#loaded.config.engine;
    const minutes = Math.max(1, Math.round(quarantineMs / 60_000));
    this.#cameraChanged(
      id,
      'quarantined',
      `its pictures ended the engine again and again; it is left alone for ${minutes} min`,
    );
    this.#crashPolicy.leaveAlone(id, quarantineMs);
  }

  /** Gives a camera another chance that was left alone, or that had ended. */
  #beginAnew(...ids: string[]): void {
    for (const id of ids) {
      this.#crashPolicy.forgive(id);
      this.#cameraChanged(id, 'connecting', null);
    }
    this.#assign();
  }

  /** Drops what is known of a person here. */
  #forgetPerson(person: string): void {
    this.#registry.forgetPerson(person);
    const { [person]: _, ...settings } = this.#gallery.settings;
    this.#gallery = { ...this.#gallery, settings };
  }

  #noteGallery(gallery: GalleryReport): void {
    const isNew = !isDeepStrictEqual({ ...gallery, seconds: 0 }, { ...this.#gallery, seconds: 0 });
    this.#takeGallery(gallery);
    if (isNew) logGallery(this.#options.logger, gallery);
  }

  #takeGallery(gallery: GalleryReport): void {
    this.#gallery = gallery;
    this.#hub.metrics.galleryRead(gallery.seconds);
    this.#hub.setPeople(gallery.names, gallery.settings);
  }
}
