import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { makePrivateFolder } from '../core/folders.js';

/**
 * The name by which far ends know this installation again, 12 hexadecimal digits: made once, and kept in the data folder.
 * Where nothing can be kept there, it is made of the machine's name and the folder's.
 */
export function installationId(dataFolder: string): string {
  const file = path.join(dataFolder, 'installation');
  const found = knownInstallation(dataFolder);
  if (found) return found;
  const id = randomBytes(6).toString('hex');
  try {
    makePrivateFolder(dataFolder);
    writeFileSync(file, `${id}\n`, { mode: 0o600 });
    return id;
  } catch {
    return createHash('sha256').update(`${hostname()}\0${dataFolder}`).digest('hex').slice(0, 12);
  }
}

/** The same where one has been made; else null. */
export function knownInstallation(dataFolder: string): string | null {
  try {
    const text = readFileSync(path.join(dataFolder, 'installation'), 'utf8');
    return /^[0-9a-f]{12}$/.exec(text.trim())?.[0] ?? null;
  } catch {
    return null;
  }
}
