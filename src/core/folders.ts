import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { hasErrno } from './errors.js';

/**
 * Makes a folder for the owner only, with those above it that are missing. Node's own way of making several at once goes
 * on for ever where the system refuses a folder with ENOENT, as under /proc.
 *
 * @throws the system's error when it cannot be made
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
