import { stringify } from 'yaml';
import { maskConfig } from '../config/mask.js';
import { jsonSchema } from '../config/schema.js';
import { SpotterError } from '../core/errors.js';
import { maskText } from '../core/secrets.js';
import { visible } from '../core/visible.js';
import { surroundingFaults } from './configSurroundings.js';
import type { Context } from './context.js';
import { homeOf } from './home.js';
import { type CommonOptions, configOf } from './options.js';
import { printJson, printLine, printLines } from './print.js';

/** Options of the commands in `spotter config`. */
export interface ConfigOptions extends CommonOptions {
  json?: boolean;
}

/** Options of `spotter config check`. */
export interface CheckOptions extends ConfigOptions {
  /** Look at what the configuration names; default true. */
  io: boolean;
}

/**
 * `spotter config check`: reports the first 20 errors, and how many more there are. In a valid configuration, also what it names and
 * is not there.
 *
 * @throws SpotterError config.not_found, config.invalid, unless `json` is set
 */
export async function check(_context: Context, options: CheckOptions): Promise<number> {
  try {
    const { file, config, secrets } = configOf(options);
    const faults = options.io ? await surroundingFaults(config, options.models) : [];
    if (faults.length > 0) {
      const name = file ?? 'the defaults';
      const lines = faults.map(({ key, message }) =>
        visible(maskText(`${name}: ${key}: ${message}`, secrets)),
      );
      throw new SpotterError(
        'config.invalid',
        [`${visible(name)} names what cannot be used; --no-io leaves this out`, ...lines].join('\n'),
      );
    }
    if (options.json) printJson({ valid: true, file, errors: [] });
    else printLine(`${file ?? 'the defaults'}: valid, ${config.cameras.length} camera(s)`);
    return 0;
  } catch (error) {
    if (!options.json || !(error instanceof SpotterError)) throw error;
    const lines = error.message.split('\n');
    printJson({
      valid: false,
      file: fileOf(options),
      errors: lines.length > 1 ? lines.slice(1) : lines,
    });
    return error.exitCode;
  }
}

/** The file that was meant; null when there is none, or when the folder that was named has none. */
function fileOf(options: ConfigOptions): string | null {
  try {
    return homeOf(options).config;
  } catch {
    return null;
  }
}

/** `spotter config show`: prints the effective configuration, from defaults, file and command line; secrets masked. */
export async function show(_context: Context, options: ConfigOptions): Promise<number> {
  const { config, secrets } = configOf(options);
  const masked = maskConfig(config, secrets);
  printLines((options.json ? JSON.stringify(masked, null, 2) : stringify(masked).trimEnd()).split('\n'));
  return 0;
}

/** `spotter config schema`: prints the JSON Schema, for editors. */
export async function printSchema(): Promise<number> {
  printLines(JSON.stringify(jsonSchema(), null, 2).split('\n'));
  return 0;
}
