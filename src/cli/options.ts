import { existsSync } from 'node:fs';
import path from 'node:path';
import { type LoadedConfig, loadConfig } from '../config/load.js';
import { SpotterError } from '../core/errors.js';
import { createLogger, isLogLevel, type Logger } from '../observe/logger.js';

/** The options that all commands share. */
export interface CommonOptions {
  config?: string;
  gallery?: string;
  models?: string;
  detector?: string;
  embedder?: string;
  logLevel?: string;
  quiet?: boolean;
}

const DEFAULT_CONFIG = 'config.yaml';

/** The configuration with the command line laid over it. @throws SpotterError config.not_found, config.invalid, usage */
export function configOf(options: CommonOptions): LoadedConfig {
  const file = options.config ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : null);
  const { logLevel, models } = options;
  if (models !== undefined && !existsSync(models))
    throw new SpotterError(
      'usage',
      `--models ${models} does not exist; name the folder that holds the models`,
    );
  if (logLevel !== undefined && !isLogLevel(logLevel)) {
    throw new SpotterError(
      'usage',
      `--log-level ${logLevel} is no level; use fatal, error, warn, info, debug, trace or silent`,
    );
  }
  return loadConfig(file, (config) => {
    if (options.gallery !== undefined) config.gallery = path.resolve(options.gallery);
    if (options.detector !== undefined) config.detector = options.detector;
    if (options.embedder !== undefined) config.embedder = options.embedder;
    if (options.quiet) config.log.level = 'error';
    if (logLevel !== undefined) config.log.level = logLevel;
  });
}

/** A logger for a command that answers and ends: silent about what went well. */
export function loggerOf({ config }: LoadedConfig, options: CommonOptions): Logger {
  const chosen = options.logLevel !== undefined || options.quiet === true;
  return createLogger(chosen ? config.log.level : 'warn');
}
