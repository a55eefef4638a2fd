import { copyFileSync, createWriteStream, fstatSync, read } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { Database } from '../../core/database.js';
import { SpotterError } from '../../core/errors.js';

const readSome = promisify(read);
const CHUNK_BYTES = 1 << 20;
/** The upkeep or an erasure may merge the write-ahead log in between. */
const MOST_TRIES = 5;

/**
 * Copies the files of a log that this process has open, while events are stored: the main file, which stays as it is until the
 * write-ahead log is merged into it, and at the end the write-ahead log. Seal the copy with sealCopy.
 *
 * @param descriptor of the main file
 * @param file the main file
 * @param target main file of the copy; its write-ahead log is beside it
 * @throws the system's error; SpotterError log.unwritable when the file changes all the time
 */
export async function copyOpenLog(
  db: Database,
  descriptor: number,
  file: string,
  target: string,
): Promise<void> {
  const merge = db.pragma('wal_autocheckpoint');
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    db.pragma('wal_autocheckpoint = 0');
    try {
      const before = fstatSync(descriptor, { bigint: true });
      await pipeline(Readable.from(chunksOf(descriptor)), createWriteStream(target, { mode: 0o600 }));
      // In one turn with the comparison, so that nothing is stored in between.
      copyFileSync(`${file}-wal`, `${target}-wal`);
      const after = fstatSync(descriptor, { bigint: true });
      if (before.mtimeNs === after.mtimeNs && before.size === after.size) return;
    } finally {
      db.pragma(`wal_autocheckpoint = ${merge}`);
    }
  }
  throw new SpotterError(
    'log.unwritable',
    `the event log ${file} is being cleaned up; try again in a minute`,
  );
}

async function* chunksOf(descriptor: number): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    const { bytesRead, buffer } = await readSome(
      descriptor,
      Buffer.alloc(CHUNK_BYTES),
      0,
      CHUNK_BYTES,
      position,
    );
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
