import type { Config } from '../config/schema.js';
import type { Gap } from '../events/event.js';
import type { Logger } from '../observe/logger.js';
import type { Metrics } from '../observe/metrics.js';
import type { CameraDuty } from './cameraDuty.js';
import type { CameraMonitor } from './cameraMonitor.js';
import type { CameraRegistry } from './cameraRegistry.js';
import type { CrashPolicy } from './crashPolicy.js';
import { DevicePolicy } from './devicePolicy.js';
import type { Death, EngineHost } from './engineHost.js';
import type { EngineStatus } from './engineStatus.js';
import type { ConfigChange } from './reloader.js';

/** The parts that decide about the engine and its cameras. */
export interface EngineControlOptions {
  host: Pick<EngineHost, 'send' | 'replace'>;
  status: EngineStatus;
  registry: CameraRegistry;
  monitor: CameraMonitor;
  duty: Pick<CameraDuty, 'holds' | 'reasons'>;
  crashPolicy: CrashPolicy;
  metrics: Pick<Metrics, 'engineDied'>;
  logger: Logger;
  /** Called when there is no engine until the next one is ready. */
  onInterrupt: () => void;
  /** The current configuration. */
  config: () => Config;
  /** Goes back to the last configuration with which an engine has started. @returns whether there is another one */
  restore: (how: string) => boolean;
}

/** Gives the engine its cameras, and decides what follows from its death and from changes of the configuration. */
export class EngineControl {
  readonly #options: EngineControlOptions;
  readonly #devicePolicy = new DevicePolicy();
  #isWatching = false;

  constructor(options: EngineControlOptions) {
    this.#options = options;
  }

  /** Whether everything is up, so that the engine gets its cameras. */
  get isWatching(): boolean {
    return this.#isWatching;
  }

  /** Everything is up. */
  watch(): void {
    this.#isWatching = true;
    this.assign();
  }

  /** Brings registry and engine into line with the configured cameras. */
  assign(): void {
    if (!this.#isWatching) return;
    const { host, registry, monitor, duty, crashPolicy, config } = this.#options;
    const { cameras } = config();
    monitor.configure(cameras);
    const reasonOf = duty.reasons();
    for (const { id } of cameras) if (!duty.holds(id)) monitor.setState(id, 'waiting', reasonOf(id));
    // A new engine does not play a finished recording again.
    const assignments = cameras
      .filter(
        ({ id }) => duty.holds(id) && !crashPolicy.isQuarantined(id) && registry.stateOf(id) !== 'stopped',
      )
      .map((camera) => ({ camera, firstTrack: registry.nextTrack(camera.id) }));
    host.send(crashPolicy.restrictions);
    host.send({ kind: 'cameras', assignments });
  }

  /** This node begins to watch a camera of the cluster. */
  begin(id: string): void {
    this.#options.monitor.setState(id, 'connecting', null);
    this.assign();
  }

  /** Reopens cameras that were quarantined, have ended or have changed. */
  tryAgain(...ids: string[]): void {
    const { monitor, crashPolicy } = this.#options;
    for (const id of ids) {
      crashPolicy.release(id);
      monitor.setState(id, 'connecting', null);
    }
    this.assign();
  }

  /** Plays every recording that has ended once more. */
  replay(): void {
    const { registry } = this.#options;
    const ended = registry.ids.filter((id) => registry.stateOf(id) === 'stopped');
    // The engine opens a camera again only after it was without it.
    this.assign();
    this.tryAgain(...ended);
  }

  /** Applies a changed configuration; the engine is replaced only where it has to be. */
  configure({ cameras, needsEngine }: Pick<ConfigChange, 'cameras' | 'needsEngine'>): void {
    if (needsEngine) {
      this.#interrupt('settings_changed');
      this.#options.crashPolicy.engineReplaced();
      this.#options.host.replace();
    }
    this.tryAgain(...cameras.changed);
  }

  /** The configuration for an engine that starts now. */
  nextConfig(): Config {
    return this.#devicePolicy.applyTo(this.#options.config());
  }

  /** The engine is gone; another one is on its way. */
  engineDied(death: Death): void {
    const { cause, how, isUnfit } = death;
    const { logger, metrics, monitor, status, crashPolicy, config, restore } = this.#options;
    if (isUnfit && restore(how)) return;
    const device = this.#devicePolicy.engineDied(death, status.placements, config());
    // No picture is suspect.
    if (device.isAtFault) crashPolicy.engineReplaced();
    const { poison, quarantined } = crashPolicy.engineDied(cause, config().engine);
    const what = cause === 'engine_hung' ? 'hung in a network' : `ended (${how})`;
    logger.error({ poison: poison.length }, `engine ${what}${device.note}; starting another one`);
    metrics.engineDied(cause);
    this.#interrupt(cause);
    for (const { camera, ms } of quarantined) {
      const minutes = Math.max(1, Math.round(ms / 60_000));
      const message = `its pictures ended the engine repeatedly; trying again in ${minutes} min`;
      monitor.setState(camera, 'quarantined', message);
    }
  }

  /** No camera is watched until another engine is ready. */
  #interrupt(cause: Gap['cause']): void {
    this.#options.status.interrupt();
    this.#options.monitor.interrupt(cause);
    this.#options.onInterrupt();
  }
}
