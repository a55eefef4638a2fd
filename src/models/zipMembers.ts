import path from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { describeError, SpotterError } from '../core/errors.js';
import { megabytes } from '../core/megabytes.js';

/** A larger directory is not that of a few models. */
const MOST_MEMBERS = 1000;

const openZip = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open);

/**
 * Reads one member of a zip archive. Members are found by their exact name, in the archive or in one folder of it; no name in the
 * archive is ever used as a path.
 *
 * @param shown name of the archive, for messages
 * @param most bytes that the member may have when it is unpacked
 * @param read takes the unpacked bytes
 * @throws SpotterError model.download when the archive cannot be read, or has no such member; what `read` throws
 */
export async function readMember<T>(
  file: string,
  shown: string,
  member: string,
  most: number,
  read: (bytes: Readable) => Promise<T>,
): Promise<T> {
  const fault = (what: string, cause?: unknown) =>
    new SpotterError('model.download', `${shown} ${what}`, { cause });
  // Names are compared, never used; sizes are verified while unpacking.
  const options = { lazyEntries: true, autoClose: false, validateEntrySizes: true };
  const zip = await openZip(file, options).catch((cause: unknown) => {
    throw fault(`is not a complete zip archive (${describeError(cause)}); name another with --from`, cause);
  });
  try {
    const entry = await findEntry(zip, member).catch((cause: unknown) => {
      throw fault(`is damaged (${describeError(cause)}); name another with --from`, cause);
    });
    if (!entry) throw fault(`has no ${member}; name an archive that has it`);
    if (entry.isEncrypted()) throw fault('is encrypted; unpack it yourself and name the folder with --from');
    if (entry.uncompressedSize > most)
      throw fault(
        `has a ${member} of ${megabytes(entry.uncompressedSize)}, more than the ${megabytes(most)} that it may have; name another with --from`,
      );
    const bytes = await new Promise<Readable>((resolve, reject) => {
      zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)));
    }).catch((cause: unknown) => {
      throw fault(`cannot be unpacked (${describeError(cause)}); name another with --from`, cause);
    });
    let failed: unknown;
    bytes.on('error', (error) => {
      failed ??= error;
    });
    try {
      return await read(bytes);
    } catch (error) {
      if (failed === undefined || error !== failed) throw error;
      throw fault(`is damaged (${describeError(error)}); name another with --from`, error);
    }
  } finally {
    zip.close();
  }
}

/** @throws what yauzl finds wrong with the directory */
function findEntry(zip: yauzl.ZipFile, member: string): Promise<yauzl.Entry | null> {
  return new Promise((resolve, reject) => {
    let seen = 0;
    zip.on('error', reject);
    zip.on('end', () => resolve(null));
    zip.on('entry', (entry: yauzl.Entry) => {
      seen++;
      if (isMember(entry.fileName, member)) resolve(entry);
      else if (seen >= MOST_MEMBERS) reject(new Error(`more than ${MOST_MEMBERS} members`));
      else zip.readEntry();
    });
    zip.readEntry();
  });
}

function isMember(name: string, member: string): boolean {
  return name.split('/').length <= 2 && path.posix.basename(name) === member && !name.endsWith('/');
}
