import { accessSync, chmodSync, constants, existsSync, mkdirSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { describeFileError, hasErrno, SpotterError } from './errors.js';

/** Mode bits that let the group and everybody write. */
export const WRITABLE_BY_OTHERS = 0o022;

/** {@link makeFolder} for the owner only (0700). @throws the system error when the folder cannot be made */
export function makePrivateFolder(folder: string): void {
  makeFolder(folder, 0o700);
}

/**
 * Makes a folder and its missing parents. Node's own recursive mkdir never returns where the system refuses a folder with
 * ENOENT, as under /proc.
 *
 * @throws the system error when the folder cannot be made
 */
export function makeFolder(folder: string, mode = 0o777): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if (hasErrno(error, 'EEXIST')) return;
    const above = path.dirname(folder);
    if (!hasErrno(error, 'ENOENT') || existsSync(above)) throw error;
    makeFolder(above, mode);
    mkdirSync(folder, { mode });
  }
}

/** Whether there is a folder, or a link to one, that can be looked at. */
export function isFolder(name: string): boolean {
  try {
    return statSync(name).isDirectory();
  } catch {
    return false;
  }
}

/**
 * What lies at a place that is to be read; null for nothing.
 *
 * @param name how the user names it
 * @throws SpotterError usage where it cannot be read, or the system does not say, such as for a name that is too long
 */
export function readableStats(place: string, name: string): Stats | null {
  try {
    const stats = statSync(place);
    accessSync(place, stats.isDirectory() ? constants.R_OK | constants.X_OK : constants.R_OK);
    return stats;
  } catch (cause) {
    if (hasErrno(cause, 'ENOENT', 'ENOTDIR')) return null;
    const why = describeFileError(cause);
    throw new SpotterError('usage', `cannot read ${name}: ${why}; check the path and its permissions`, {
      cause,
    });
  }
}

/** Whether a place is a folder itself, or lies in it. @param place links are not followed */
export function liesIn(folder: string, place: string): boolean {
  const relative = path.relative(folder, place);
  return relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative);
}

/** The folder, or the nearest one above it that exists. @param folder absolute */
export function nearestExisting(folder: string): string {
  return existsSync(folder) || path.dirname(folder) === folder
    ? folder
    : nearestExisting(path.dirname(folder));
}

/**
 * Takes the right to write into a folder from everybody but its owner.
 *
 * @returns `closed` when nobody else may write, or there is no such folder; `tightened` when that was changed; `open` when it
 *   cannot be changed: the folder is another user's, or its file system has no modes
 */
export function closeToOthers(folder: string): 'closed' | 'tightened' | 'open' {
  const modeOf = () => statSync(folder, { throwIfNoEntry: false })?.mode ?? 0;
  const mode = modeOf();
  if ((mode & WRITABLE_BY_OTHERS) === 0) return 'closed';
  try {
    chmodSync(folder, mode & 0o7777 & ~WRITABLE_BY_OTHERS);
  } catch (error) {
    if (!hasErrno(error, 'EPERM', 'EACCES', 'EROFS', 'ENOTSUP')) throw error;
  }
  return (modeOf() & WRITABLE_BY_OTHERS) === 0 ? 'tightened' : 'open';
}
