import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { configOwner } from '../config/configOwner.js';
import { describeFileError, SpotterError } from '../core/errors.js';
import { isFolder } from '../core/folders.js';

/** The file that makes a folder a home of spotter. */
export const CONFIG_NAME = 'config.yaml';

/** A larger file is not a configuration. */
const MAX_BYTES = 1 << 20;

/** What the command line says about the place; undefined: not given. Paths are relative to the working folder. */
export interface PlaceOptions {
  /** `--config`: a configuration file. */
  config?: string;
  /** `--dir`: a home. */
  dir?: string;
}

/** Where spotter works: a configuration and the folder that its paths start from. */
export interface Home {
  /** Absolute. */
  folder: string;
  /** The configuration, relative when it lies in the working folder; null: there is none, and the defaults apply. */
  config: string | null;
}

/**
 * Finds the home of spotter. The first of these is used: the file of `--config`; the folder of `--dir`; the working folder
 * or the nearest one above it that has a config.yaml made for spotter; `SPOTTER_HOME`; the working folder, whatever its
 * config.yaml is, or with the defaults if it has none. Every command calls this and nothing else.
 *
 * @throws SpotterError usage when the working folder is gone, config.not_found when `--dir` or `SPOTTER_HOME` names a folder without config.yaml
 */
export function homeOf(options: PlaceOptions, cwd = workingFolder(), environment = process.env): Home {
  if (options.config !== undefined)
    return { folder: path.dirname(path.resolve(cwd, options.config)), config: options.config };
  if (options.dir !== undefined) return homeAt(options.dir, '--dir', cwd);
  const found = homeAbove(cwd);
  if (found) return found;
  if (environment.SPOTTER_HOME) return homeAt(environment.SPOTTER_HOME, 'SPOTTER_HOME', cwd);
  return { folder: cwd, config: isThere(path.join(cwd, CONFIG_NAME)) ? CONFIG_NAME : null };
}

/** @throws SpotterError usage when it has been removed */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new SpotterError('usage', 'the working folder does not exist any more; go to another folder', {
      cause,
    });
  }
}

/** Arguments that lead another spotter process, started in the same working folder, to the same home. */
export function placeArguments({ config, dir }: PlaceOptions): string[] {
  if (config !== undefined) return ['--config', config];
  return dir === undefined ? [] : ['--dir', dir];
}

function homeAt(given: string, from: '--dir' | 'SPOTTER_HOME', cwd: string): Home {
  const folder = path.resolve(cwd, given);
  const config = path.join(folder, CONFIG_NAME);
  if (isThere(config)) return { folder, config };
  const why = isFolder(folder)
    ? `has no ${CONFIG_NAME}; make one there with "spotter init ${given}", or name another folder`
    : 'is not a folder; name one that "spotter init" has made';
  throw new SpotterError('config.not_found', `${from} ${given} ${why}`);
}

/** @throws SpotterError config.not_found where that cannot be said */
function isThere(config: string): boolean {
  try {
    const stats = statSync(config, { throwIfNoEntry: false });
    // Nobody may ever write into a pipe that is found by its name.
    return stats !== undefined && !stats.isFIFO();
  } catch (cause) {
    throw new SpotterError(
      'config.not_found',
      `configuration ${config} cannot be read (${describeFileError(cause)}); check the permissions of its folder`,
      { cause },
    );
  }
}

function homeAbove(cwd: string): Home | null {
  const here = ownerOf(path.join(cwd, CONFIG_NAME));
  // An empty or broken file here is somebody's beginning; using another folder instead would hide its faults.
  if (here === 'spotter' || here === 'unclear') return { folder: cwd, config: CONFIG_NAME };
  for (let folder = path.dirname(cwd); ; folder = path.dirname(folder)) {
    const config = path.join(folder, CONFIG_NAME);
    if (ownerOf(config) === 'spotter' && isTrusted(config)) return { folder, config };
    if (folder === path.dirname(folder)) return null;
  }
}

function ownerOf(file: string): ReturnType<typeof configOwner> | null {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (!stats || stats.isFIFO()) return null;
    if (!stats.isFile() || stats.size > MAX_BYTES) return 'unclear';
    return configOwner(readFileSync(file, 'utf8'));
  } catch {
    return 'unclear';
  }
}

/** Whether nobody else has put a file there, as anybody may in a shared folder such as /tmp. */
function isTrusted(file: string): boolean {
  const user = process.getuid?.();
  if (user === undefined) return true;
  const owners = [0, user, ...(user === 0 ? [Number(process.env.SUDO_UID)] : [])];
  return owners.includes(statSync(file).uid);
}
