import path from 'node:path';
import { deviceFault, type ProviderChoice } from '../compute/providers.js';
import {
  type IncompleteConfig,
  type LoadedConfig,
  loadConfig,
  loadIncompleteConfig,
} from '../config/load.js';
import type { Config } from '../config/schema.js';
import type { Section } from '../config/unusedSections.js';
import { SpotterError } from '../core/errors.js';
import { readableStats } from '../core/folders.js';
import { createLogger, isLogLevel, type Logger } from '../observe/logger.js';
import { homeOf, type PlaceOptions } from './home.js';

/** Parsed options that several commands share; undefined: not given. Paths are relative to the working folder. */
export interface CommonOptions extends PlaceOptions {
  gallery?: string;
  models?: string;
  detector?: string;
  embedder?: string;
  provider?: ProviderChoice;
  /** Number of the device that the provider is to use. */
  device?: number;
  logLevel?: string;
  quiet?: boolean;
  /** Of `run` and `demo`: the address to listen on. */
  host?: string;
  port?: number;
  trustNetwork?: boolean;
}

/**
 * Loads the configuration that {@link homeOf} finds, else the defaults, and applies the command line to it.
 *
 * @param unused sections that the command does not read; see {@link loadConfig}
 *
 * @throws SpotterError config.not_found, config.invalid, usage
 */
export function configOf(options: CommonOptions, unused: readonly Section[] = []): LoadedConfig {
  const { file, override, folder } = sourcesOf(options);
  return loadConfig(file, override, folder, unused);
}

/** As {@link configOf}, where variables and secret files may be missing. @param incomplete see {@link loadIncompleteConfig} */
export function incompleteConfigOf(options: CommonOptions, incomplete: readonly Section[]): IncompleteConfig {
  const { file, override, folder } = sourcesOf(options);
  return loadIncompleteConfig(file, override, folder, incomplete);
}

/** @throws SpotterError config.not_found, usage */
function sourcesOf(options: CommonOptions): {
  file: string | null;
  folder: string;
  override: (config: Config) => void;
} {
  const { logLevel, models } = options;
  const stats = models === undefined ? undefined : readableStats(models, `--models ${models}`);
  if (stats !== undefined && !stats?.isDirectory())
    throw new SpotterError(
      'usage',
      `--models ${models} ${stats ? 'is not a folder' : 'does not exist'}; give the folder that holds the models`,
    );
  if (logLevel !== undefined && !isLogLevel(logLevel)) {
    throw new SpotterError(
      'usage',
      `--log-level ${logLevel} is not a level; use fatal, error, warn, info, debug, trace or silent`,
    );
  }
  const { config: file, folder } = homeOf(options);
  const override = (config: Config) => {
    if (options.gallery !== undefined) config.gallery.folder = path.resolve(options.gallery);
    if (options.detector !== undefined) config.detector = options.detector;
    if (options.embedder !== undefined) config.embedder = options.embedder;
    if (options.provider !== undefined)
      config.compute = { provider: options.provider, device: options.device ?? null };
    else if (options.device !== undefined) config.compute.device = options.device;
    const fault = deviceFault(config.compute);
    if (fault !== null) throw new SpotterError('usage', `--device ${options.device} ${fault}`);
    if (options.quiet) config.log.level = 'error';
    if (logLevel !== undefined) config.log.level = logLevel;
    if (options.host !== undefined) config.http.host = options.host;
    if (options.port !== undefined) config.http.port = options.port;
    if (options.trustNetwork) config.auth.trustNetwork = true;
  };
  return { file, folder, override };
}

/** Arguments that pass the gallery and the models of this command line on to another spotter process. */
export function recognitionArguments(options: CommonOptions): string[] {
  const { gallery, models, detector, embedder, provider, device } = options;
  return Object.entries({ gallery, models, detector, embedder, provider, device }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
}

/** A logger for commands other than the daemon: only warnings and errors, unless the command line sets a level. */
export function loggerOf({ config }: LoadedConfig, options: CommonOptions): Logger {
  const chosen = options.logLevel !== undefined || options.quiet === true;
  return createLogger(chosen ? config.log.level : 'warn');
}
