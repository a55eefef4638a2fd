import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import path from 'node:path';
import { shareableConfig } from '../config/configText.js';
import type { IncompleteConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { describeFileError, hasErrno, SpotterError } from '../core/errors.js';
import { nearestExisting, WRITABLE_BY_OTHERS } from '../core/folders.js';
import { plural } from '../core/plural.js';
import { inspectLog } from '../events/log/logCopy.js';
import { LOG_FILE } from '../events/log/open.js';
import { listGallery } from '../gallery/folder.js';
import { probeFolder } from '../gallery/folderProbe.js';
import { prepare } from '../models/prepare.js';
import { type Finding, findingsOf } from './finding.js';
import { sentence } from './machineChecks.js';

const MB = 1e6;
const MIB = 2 ** 20;
/** Less is not enough for a log and its write-ahead log. */
const LEAST_FREE_MB = 200;
const LEAST_INODES = 1000;
/** Clocks of one machine differ by less, ms. */
const CLOCK_SLACK_MS = 60_000;

/** The configuration, models, gallery, data folder, log and disk. @param isRunning a daemon uses the data folder */
export async function checkFiles(
  loaded: IncompleteConfig,
  modelFolder: string | undefined,
  isRunning: boolean,
): Promise<Finding[]> {
  const { config } = loaded;
  return [
    ...checkConfig(loaded),
    ...(await checkModels(config, modelFolder)),
    await checkGallery(config.gallery.folder),
    checkData(config.data),
    checkLog(config.data, isRunning),
    checkDisk(config),
  ];
}

function checkConfig(loaded: IncompleteConfig): Finding[] {
  const { ok, warning, fault } = findingsOf('configuration');
  const { file, gaps } = loaded;
  if (file === null)
    return [
      warning('there is no config.yaml, so the defaults apply; add a camera with "spotter camera add URL"'),
    ];
  const faults = gaps.map((gap) => fault(gap.fault));
  const exposure = whoElse(file, loaded);
  if (exposure !== null) return [...faults, warning(exposure)];
  return faults.length > 0 ? faults : [ok(`${file} is valid`)];
}

/** Who else may read secrets in the configuration, or change it, and what to do; null for nobody. */
function whoElse(file: string, loaded: IncompleteConfig): string | null {
  const { leftOut } = shareableConfig(readFileSync(file, 'utf8'), loaded, { gallery: '', data: '' });
  const { mode } = statSync(file);
  if (leftOut.length > 0 && (mode & 0o044) !== 0)
    return `${file} holds secrets (${leftOut.join(', ')}), and others on this machine may read it; chmod 600 ${file}`;
  if ((mode & WRITABLE_BY_OTHERS) !== 0)
    return `others on this machine may change ${file}; chmod go-w ${file}`;
  return null;
}

/** Models: found, and intact. */
export async function checkModels(config: Config, modelFolder: string | undefined): Promise<Finding[]> {
  const { ok, warning, fault } = findingsOf('models', { key: 'models' });
  try {
    const { notes } = await prepare(config, modelFolder);
    return [ok(`${config.detector} and ${config.embedder} are intact`), ...notes.map(warning)];
  } catch (error) {
    return [fault(sentence(error))];
  }
}

/** The gallery: can be read, has people, and nobody else adds any. */
export async function checkGallery(folder: string): Promise<Finding> {
  const { ok, warning, fault } = findingsOf('gallery', { key: 'gallery.folder' });
  try {
    await probeFolder(folder);
    const { photos, root } = await listGallery(folder);
    const people = new Set(photos.map(({ person }) => person)).size;
    if (people === 0)
      return warning(
        `${folder} has no people, so nobody is named; add photos: spotter gallery add NAME photo.jpg`,
      );
    if ((statSync(root).mode & WRITABLE_BY_OTHERS) !== 0)
      return warning(`others on this machine may add people to ${folder}; chmod go-w ${folder}`);
    return ok(
      `${plural(people, 'person', 'people')} with ${plural(photos.length, 'photo')} in ${folder}; "spotter gallery check" looks at each`,
    );
  } catch (error) {
    return fault(sentence(error));
  }
}

/** The data folder, or the one in which the daemon makes it. */
export function checkData(data: string): Finding {
  const { ok, warning, fault } = findingsOf('data', { key: 'data' });
  const folder = nearestExisting(data);
  if (!statSync(folder).isDirectory()) return fault(`${folder} is not a folder; set data to another one`);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    return fault(
      hasErrno(error, 'EROFS')
        ? `the file system of ${folder} is read-only; mount it writable, or set data to another folder`
        : `${folder} cannot be written by this user (${describeFileError(error)}); be the user of the daemon, or change its owner`,
    );
  }
  if (folder !== data) return ok(`${data} is made at the first start`);
  if ((statSync(data).mode & 0o077) !== 0)
    return warning(`others on this machine may read ${data}, which has names and events; chmod 700 ${data}`);
  return ok(data);
}

function checkLog(data: string, isRunning: boolean): Finding {
  const { ok, warning, fault } = findingsOf('event log');
  if (isRunning) return ok('in use by the running daemon');
  if (!existsSync(path.join(data, LOG_FILE))) return ok('none yet');
  try {
    const { events, newestMs } = inspectLog(data);
    const now = Date.now();
    if (newestMs !== null && newestMs > now + CLOCK_SLACK_MS)
      return warning(
        `its newest event is of ${new Date(newestMs).toISOString()}, which is in the future; check the clock`,
      );
    return ok(plural(events, 'event'));
  } catch (error) {
    if (error instanceof SpotterError && error.code === 'log.locked')
      return warning(
        'it is in use, but no daemon answers; if one is starting, try again in a minute, else stop what uses it',
      );
    return fault(sentence(error));
  }
}

function checkDisk({ data, events }: Config): Finding {
  const { ok, warning, fault } = findingsOf('disk');
  const folder = nearestExisting(data);
  const { bavail, bsize, files, ffree } = statfsSync(folder);
  const freeMb = Math.floor((bavail * bsize) / MB);
  const free = freeMb >= 10_000 ? `${Math.floor(freeMb / 1000)} GB` : `${freeMb} MB`;
  if (freeMb < LEAST_FREE_MB) return fault(`${free} free at ${folder}; free some space`);
  // Some file systems do not count.
  if (files > 0 && ffree < LEAST_INODES)
    return fault(`room for ${ffree} more files at ${folder}; remove some files`);
  const wantedMb = Math.ceil((events.maxMb * MIB) / MB) + LEAST_FREE_MB;
  if (freeMb < wantedMb)
    return warning(
      `${free} free at ${folder}, less than the event log may take; free some space, or lower events.maxMb (${events.maxMb} MiB)`,
    );
  return ok(`${free} free at ${folder}`);
}
