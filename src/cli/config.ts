import { stringify } from 'yaml';
import { maskConfig } from '../config/mask.js';
import { type Config, jsonSchema, schema } from '../config/schema.js';
import type { Section } from '../config/unusedSections.js';
import { SpotterError } from '../core/errors.js';
import { plural } from '../core/plural.js';
import { maskText } from '../core/secrets.js';
import { visible } from '../core/visible.js';
import type { Finding } from '../doctor/finding.js';
import { checkSurroundings } from '../doctor/surroundings.js';
import type { Context } from './context.js';
import { runningDaemon } from './daemonClient.js';
import { homeOf } from './home.js';
import { type CommonOptions, configOf, incompleteConfigOf } from './options.js';
import { printError, printJson, printLine, printLines } from './print.js';

const ALL = Object.keys(schema.shape) as Section[];

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
export async function check({ signal }: Context, options: CheckOptions): Promise<number> {
  try {
    const { file, config, secrets } = configOf(options);
    const faults = options.io ? await faultsAround(config, options.models, signal) : [];
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
    else printLine(`${file ?? 'the defaults'}: valid, ${plural(config.cameras.length, 'camera')}`);
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

async function faultsAround(
  config: Config,
  modelFolder: string | undefined,
  signal: AbortSignal,
): Promise<Finding[]> {
  const daemon = await runningDaemon(config.data, signal);
  const findings = await checkSurroundings(config, modelFolder, daemon?.address ?? null);
  return findings.filter(({ state }) => state === 'fault');
}

/** The file that was meant; null when there is none, or when the folder that was named has none. */
function fileOf(options: ConfigOptions): string | null {
  try {
    return homeOf(options).config;
  } catch {
    return null;
  }
}

/**
 * `spotter config show`: prints the effective configuration, from defaults, file and command line; secrets masked. Variables and secret
 * files that are missing are named on stderr.
 */
export async function show(_context: Context, options: ConfigOptions): Promise<number> {
  const { config, secrets, gaps } = incompleteConfigOf(options, ALL);
  for (const { fault } of gaps) printError(fault);
  const masked = maskConfig(config, secrets);
  printLines((options.json ? JSON.stringify(masked, null, 2) : stringify(masked).trimEnd()).split('\n'));
  return 0;
}

/** `spotter config schema`: prints the JSON Schema, for editors. */
export async function printSchema(): Promise<number> {
  printLines(JSON.stringify(jsonSchema(), null, 2).split('\n'));
  return 0;
}
