import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { makePrivateFolder } from '../core/folders.js';

/**
 * Id of this installation for brokers, 12 hexadecimal digits: generated once, and stored in the data folder. If it cannot be
 * stored, it is derived from host name and folder.
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

/** The stored id; null when there is none. */
export function knownInstallation(dataFolder: string): string | null {
  try {
    const text = readFileSync(path.join(dataFolder, 'installation'), 'utf8');
    return /^[0-9a-f]{12}$/.exec(text.trim())?.[0] ?? null;
  } catch {
    return null;
  }
}

/** Id of a cluster for brokers, 12 hexadecimal digits: the same on every node, so that each goes on with the devices of another. */
export async function clusterInstallation({
  name,
  key,
}: {
  name: string;
  key: string | null;
}): Promise<string> {
  const { Sealer } = await import('../cluster/sealer.js');
  return new Sealer(key ?? '').keyOf('installation', name).slice(0, 12);
}
