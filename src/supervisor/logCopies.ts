import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { LOG_FILE } from '../events/log/open.js';

const PREFIX = 'log-copy-';
/** With what mkdtemp adds. */
const NAME = /^log-copy-\w{6}$/;
/** What a backup that was killed has left behind is removed after this, ms. */
const LEFT_MS = 3_600_000;

/**
 * Has the event log copied into a new folder within the data folder, accessible by the owner only. Whoever asked for it removes
 * that.
 *
 * @param copy writes the copy to a file
 * @returns the name of the folder; the copy in it is called {@link LOG_FILE}
 */
export async function copyIntoFolder(
  data: string,
  copy: (target: string) => Promise<void> | void,
): Promise<string> {
  removeCopies(data, LEFT_MS);
  const folder = mkdtempSync(path.join(data, PREFIX));
  try {
    await copy(path.join(folder, LOG_FILE));
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return path.basename(folder);
}

/** Whether a name is that of a folder of {@link copyIntoFolder}. */
export function isCopyFolder(name: string): boolean {
  return NAME.test(name);
}

/** Removes the copies that are at least this old, ms; the copy of a backup that is under way is gone, and the backup fails. */
export function removeCopies(data: string, leastMs: number): void {
  for (const name of existsSync(data) ? readdirSync(data) : []) {
    const folder = path.join(data, name);
    const stats = isCopyFolder(name) ? lstatSync(folder) : null;
    if (!stats?.isDirectory() || Date.now() - stats.mtimeMs < leastMs) continue;
    rmSync(folder, { recursive: true, force: true });
  }
}
