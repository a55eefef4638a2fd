import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { hasErrno } from './errors.js';

/**
 * Makes a folder and its missing parents, accessible by the owner only (0700). Node's own recursive mkdir never returns
 * where the system refuses a folder with ENOENT, as under /proc.
 *
 * @throws the system error when the folder cannot be made
 */
export function makePrivateFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (hasErrno(error, 'EEXIST')) return;
    const above = path.dirname(folder);
    if (!hasErrno(error, 'ENOENT') || existsSync(above)) throw error;
    makePrivateFolder(above);
    mkdirSync(folder, { mode: 0o700 });
  }
}
