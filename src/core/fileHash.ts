import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** The content of a file at some moment. */
export interface FileState {
  /** SHA-256 of the content, hexadecimal. */
  sha256: string;
  /** Changes whenever the file is written to, or another one takes its place. */
  stamp: string;
}

/** The SHA-256 of a file, and its stamp from before it was read. @throws the system error */
export async function fileState(file: string): Promise<FileState> {
  const stamp = await stampOf(file);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return { sha256: hash.digest('hex'), stamp };
}

/**
 * Whether a file still has the content of that state. The content is read only where the stamp differs, as it does after a
 * change of permissions.
 *
 * @throws the system error
 */
export async function isUnchanged(file: string, { sha256, stamp }: FileState): Promise<boolean> {
  if ((await stampOf(file)) === stamp) return true;
  const now = await fileState(file);
  return now.sha256 === sha256 && (await stampOf(file)) === now.stamp;
}

async function stampOf(file: string): Promise<string> {
  // Nobody but the system can set the time of the last change (ctime).
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join();
}
