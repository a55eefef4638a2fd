import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Whether this installation may have announcements for Home Assistant on a broker. Without, a broker need not be searched for
 * them, which may not be allowed.
 */
export function hasAnnounced(dataFolder: string): boolean {
  return existsSync(fileIn(dataFolder));
}

/** Stores it. What cannot be stored is lost; old announcements then stay on the broker until they are removed by hand. */
export function noteAnnounced(dataFolder: string, may: boolean): void {
  try {
    if (may) writeFileSync(fileIn(dataFolder), '', { mode: 0o600 });
    else rmSync(fileIn(dataFolder), { force: true });
  } catch {
    // A read-only data folder: reported by the event log.
  }
}

function fileIn(dataFolder: string): string {
  return path.join(dataFolder, 'announced');
}
