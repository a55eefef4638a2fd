import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';

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

/**
 * The same for content that comes in parts, so that it need not be in memory as a whole. The file appears once all of it is written.
 *
 * @throws the system error, or what `parts` throws; the file is then as it was
 */
export async function writePrivateFileFrom(file: string, parts: AsyncIterable<string>): Promise<void> {
  const part = `${file}.part`;
  rmSync(part, { force: true });
  try {
    const handle = await open(part, 'wx', 0o600);
    try {
      for await (const text of parts) await handle.appendFile(text);
    } finally {
      await handle.close();
    }
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
