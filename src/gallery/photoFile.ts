import { ByteBudget } from '../core/byteBudget.js';
import { hasErrno } from '../core/errors.js';
import { CANNOT_BE_READ, type Files, localFiles } from './files.js';

/** Larger files are not read. A JPEG of 100 million pixels takes less, even at the best quality. */
const MAX_BYTES = 100e6;
/** For the bytes of all photos that are in use: some of the usual size, or a larger one alone. */
const inUse = new ByteBudget(30e6);

/** Why the file of a photo is not used; the message is a sentence without its subject. */
export interface FileRefusal {
  fault: 'unreadable' | 'too_large';
  message: string;
}

/**
 * Reads the file of a photo, waiting while the files in use take too much memory.
 *
 * @param use works with the bytes; their memory may be freed afterwards
 * @param refuse called instead when the file cannot be read or is too large
 * @param files default: those of this machine
 */
export async function usePhotoFile<T>(
  file: string,
  use: (bytes: Buffer) => Promise<T>,
  refuse: (refusal: FileRefusal) => T,
  { stat, readFile }: Pick<Files, 'stat' | 'readFile'> = localFiles,
): Promise<T> {
  let size: number;
  try {
    ({ size } = await stat(file));
  } catch (error) {
    return refuse(unreadable(error));
  }
  if (size > MAX_BYTES) return refuse(tooLarge(size));
  return inUse.use(size, async () => {
    const bytes = await readFile(file).catch(() => null);
    return bytes ? use(bytes) : refuse(unreadable(null));
  });
}

function unreadable(error: unknown): FileRefusal {
  const isMissing = hasErrno(error, 'ENOENT', 'ENOTDIR');
  const message = isMissing ? 'does not exist; check the path' : CANNOT_BE_READ;
  return { fault: 'unreadable', message };
}

function tooLarge(size: number): FileRefusal {
  const [megabytes, limit] = [size, MAX_BYTES].map((bytes) => Math.ceil(bytes / 1e6));
  const message = `takes ${megabytes} MB, over the limit of ${limit} MB for a photo; save it smaller or as JPEG`;
  return { fault: 'too_large', message };
}
