import { type CameraDiff, changedKeys, diffCameras, fixedKeys, needsEngine } from '../config/diff.js';
import type { LoadedConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { describeError, SpotterError } from '../core/errors.js';
import { maskText } from '../core/secrets.js';
import { Serial } from '../core/serial.js';
import { listGallery } from '../gallery/folder.js';
import { probeFolder } from '../gallery/folderProbe.js';
import { prepare } from '../models/prepare.js';
import type { Logger } from '../observe/logger.js';

/** The change from one configuration to the next. */
export interface ConfigChange {
  before: LoadedConfig;
  after: LoadedConfig;
  cameras: CameraDiff;
  /** Whether the engine must be replaced to apply it. */
  needsEngine: boolean;
}

/** The first configuration, how to read the next, and callbacks. */
export interface ReloaderOptions {
  loaded: LoadedConfig;
  /** Reads the configuration again, as it was read at first. @throws SpotterError config.not_found, config.invalid */
  read: () => LoadedConfig;
  /** Of --models. */
  modelFolder?: string | undefined;
  /** The last check of a configuration that needs another engine. @throws SpotterError */
  checkModels: (config: Config) => Promise<void>;
  /** Its level follows the configuration. */
  logger: Logger;
  /** Called when {@link Reloader.current} has changed. */
  onChange: (change: ConfigChange) => void;
}

/** Reads, checks and applies configurations, one at a time; an invalid one changes nothing. */
export class Reloader {
  readonly #options: ReloaderOptions;
  readonly #reloads = new Serial();
  #current: LoadedConfig;
  /** Last known-good configuration; restored when no engine starts with the current one. null while that is good itself. */
  #knownGood: LoadedConfig | null = null;
  #isStopped = false;

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#current = options.loaded;
  }

  get current(): LoadedConfig {
    return this.#current;
  }

  /** Reads and applies the configuration. Resolves also when it is rejected, which is logged. */
  reload(): Promise<void> {
    // One at a time: of two checked concurrently, the older one might be applied last.
    return this.#reloads.run(() => this.#reload());
  }

  /** An engine has started with the current configuration. */
  confirm(): void {
    this.#knownGood = null;
  }

  /**
   * No engine starts with the current configuration, such as with a model that cannot be loaded: restores the last
   * known-good one.
   *
   * @param why for the log
   * @returns false when there is none, because an engine has already started with the current one
   */
  restore(why: string): boolean {
    const good = this.#knownGood;
    if (good === null || this.#isStopped) return false;
    this.#knownGood = null;
    this.#options.logger.error(
      `no engine starts with the new configuration, restoring the last known-good one: ${why}`,
    );
    // The engine has ended: the next one starts with the restored configuration.
    this.#options.onChange({ ...this.#switchTo(good), needsEngine: false });
    return true;
  }

  /** Applies nothing from now on; a reload in progress has no effect. */
  stop(): void {
    this.#isStopped = true;
  }

  async #reload(): Promise<void> {
    const { logger, onChange } = this.#options;
    if (this.#isStopped) return;
    let next: LoadedConfig;
    try {
      next = await this.#readAndCheck();
    } catch (error) {
      const message = error instanceof Error ? error.message : describeError(error);
      const masked = maskText(message, this.#current.secrets);
      logger.error(`configuration reload rejected, keeping the current one: ${masked}`);
      return;
    }
    if (this.#isStopped) return;
    const before = this.#current.config;
    const unlikeRunning = fixedKeys(this.#options.loaded.config, next.config);
    for (const key of fixedKeys(before, next.config).filter((one) => unlikeRunning.includes(one)))
      logger.warn(`${key} has changed; restart spotter to apply it`);
    const change = { ...this.#switchTo(next), needsEngine: needsEngine(before, next.config) };
    this.#logChange(change);
    if (change.needsEngine) {
      this.#knownGood ??= change.before;
      logger.info('settings other than cameras have changed; replacing the engine');
    }
    onChange(change);
  }

  /** Names what has changed; a file that was only saved again is no news. */
  #logChange({ before, after, cameras }: ConfigChange): void {
    const { logger } = this.#options;
    const lists = { ...cameras, settings: changedKeys(before.config, after.config) };
    const isSame = Object.values(lists).every(({ length }) => length === 0);
    if (isSame) logger.debug('configuration read again, nothing has changed');
    else logger.info(lists, 'configuration reloaded');
  }

  /** Checks models, gallery and cluster before the running engine is replaced by one that could not start. */
  async #readAndCheck(): Promise<LoadedConfig> {
    const { read, modelFolder } = this.#options;
    const next = read();
    const before = this.#current.config;
    // The defaults would stop every camera, and remove events and pictures that are to be kept for longer.
    if (next.isEmpty && !this.#current.isEmpty)
      throw new SpotterError(
        'config.invalid',
        `${next.file} is empty, as after a command that failed to write it; write "cameras: []" for no cameras`,
      );
    if (needsEngine(before, next.config)) {
      await prepare(next.config, modelFolder);
      const { folder } = next.config.gallery;
      if (folder !== before.gallery.folder) {
        await probeFolder(folder);
        await listGallery(folder);
      }
      await this.#options.checkModels(next.config);
    }
    return next;
  }

  /** @returns the change, for onChange */
  #switchTo(after: LoadedConfig): Omit<ConfigChange, 'needsEngine'> {
    const before = this.#current;
    this.#current = after;
    this.#options.logger.level = after.config.log.level;
    return { before, after, cameras: diffCameras(before.config, after.config) };
  }
}
