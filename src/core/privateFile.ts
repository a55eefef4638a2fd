import { renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Writes a file for its owner only (0600), whole or not at all: as `<file>.part` first, so that nothing is written through a
 * link and nobody reads half of it. What an earlier attempt left there is replaced.
 *
 * @throws the system error; the file is then as it was
 */
export function writePrivateFile(file: string, content: string | Uint8Array): void {
  const part = `${file}.part`;
  rmSync(part, { force: true });
  try {
    writeFileSync(part, content, { mode: 0o600, flag: 'wx' });
    renameSync(part, file);
  } catch (error) {
    tryRemove(part);
    throw error;
  }
}

function tryRemove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // The next attempt replaces it.
  }
}
