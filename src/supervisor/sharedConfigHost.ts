import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { SharedConfig, SharedText } from '../cluster/sharedConfig.js';
import type { LoadedConfig } from '../config/load.js';
import { camerasOf, readSharedCameras, type SharedCameras } from '../config/sharedCameras.js';
import { describeError, SpotterError } from '../core/errors.js';
import { makePrivateFolder } from '../core/folders.js';
import { writePrivateFile } from '../core/privateFile.js';
import type { Logger } from '../observe/logger.js';

/** What {@link SharedConfigHost} works with. */
export interface SharedConfigHostOptions {
  /** The configuration of the file, at the start. */
  loaded: LoadedConfig;
  logger: Logger;
}

/** Cameras that the nodes of a cluster share, in place of those of the file (`cluster.config: shared`). */
export class SharedConfigHost {
  readonly #options: SharedConfigHostOptions;
  readonly #onChange: () => void;
  /** Whether the cameras are shared. */
  readonly isShared: boolean;
  /** Base of relative paths. */
  readonly #folder: string;
  readonly #cache: string;
  #text: string | null;
  #shared: SharedConfig | null = null;
  /** What was said last of cameras that are left out. */
  #said = '';

  /** @param onChange called when there is another version; reads and applies it */
  constructor(options: SharedConfigHostOptions, onChange: () => void) {
    this.#onChange = onChange;
    const { config, file } = options.loaded;
    this.#options = options;
    this.isShared = config.cluster.servers.length > 0 && config.cluster.config === 'shared';
    this.#folder = file === null ? process.cwd() : path.dirname(path.resolve(file));
    this.#cache = path.join(config.data, 'cluster', 'cameras.yaml');
    this.#text = this.isShared ? readIfThere(this.#cache) : null;
  }

  /** The part of the cluster that shares them; null when they are not shared. */
  async part(node: string): Promise<SharedConfig | null> {
    if (!this.isShared) return null;
    const { SharedConfig } = await import('../cluster/sharedConfig.js');
    const { file } = this.#options.loaded;
    this.#shared = new SharedConfig({
      node,
      // NATS that has lost them gets those that this node knows.
      initial: () => this.#text ?? camerasOf(file === null ? '' : (readIfThere(file) ?? '')),
      onText: (shared) => this.#receive(shared),
      onFault: (message) => this.#options.logger.warn(message),
    });
    return this.#shared;
  }

  /**
   * A configuration with the shared cameras in place of its own; until they are known there is none.
   *
   * @throws SpotterError config.invalid
   */
  overlay(loaded: LoadedConfig): LoadedConfig {
    if (!this.isShared) return loaded;
    const shared: SharedCameras =
      this.#text === null
        ? { cameras: [], secrets: [], leftOut: [] }
        : readSharedCameras(this.#text, this.#folder);
    this.#say(shared.leftOut);
    return {
      ...loaded,
      config: Object.freeze({
        ...loaded.config,
        cameras: shared.cameras as LoadedConfig['config']['cameras'],
      }),
      secrets: [...new Set([...loaded.secrets, ...shared.secrets])],
    };
  }

  /** The newest version. @throws SpotterError cluster.unfit when the cameras are not shared, cluster.unreachable before it is known */
  get current(): SharedText {
    const current = this.#part.current;
    if (!current) throw new SpotterError('cluster.unreachable', 'NATS does not answer; try again later');
    return current;
  }

  /**
   * Checks and shares another version.
   *
   * @param revision which one it replaces; null: whichever there is
   * @throws SpotterError config.invalid, config.changed, cluster.unreachable, cluster.unfit
   */
  async put(text: string, revision: number | null): Promise<SharedText> {
    const part = this.#part;
    readSharedCameras(text, this.#folder);
    return { text, revision: await part.put(text, revision) };
  }

  get #part(): SharedConfig {
    if (this.#shared) return this.#shared;
    throw new SpotterError(
      'cluster.unfit',
      'the cameras of this node are those of its own file; set cluster.config: shared on every node to share them',
    );
  }

  #receive({ text }: SharedText): void {
    if (text === this.#text) return;
    this.#text = text;
    this.#onChange();
    try {
      makePrivateFolder(path.dirname(this.#cache));
      writePrivateFile(this.#cache, text);
    } catch (error) {
      this.#options.logger.warn(`cannot keep a copy of the shared configuration: ${describeError(error)}`);
    }
  }

  #say(sentences: readonly string[]): void {
    const all = sentences.join('\n');
    if (all !== this.#said) for (const sentence of sentences) this.#options.logger.warn(sentence);
    this.#said = all;
  }
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
