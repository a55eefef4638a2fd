import { statfsSync } from 'node:fs';
import path from 'node:path';
import { describeFileError, hasErrno, SpotterError } from '../core/errors.js';
import { nearestExisting } from '../core/folders.js';
import { megabytes } from '../core/megabytes.js';

/** An error of the file system, in one sentence. @param file what was to be written */
export function storageFault(file: string, cause: unknown): SpotterError {
  const fault = (sentence: string) => new SpotterError('model.unwritable', sentence, { cause });
  const folder = path.dirname(file);
  if (hasErrno(cause, 'ENOSPC', 'EDQUOT'))
    return fault(`the disk is full, writing ${file}; free some space and run the command again to go on`);
  if (hasErrno(cause, 'EFBIG'))
    return fault(
      `${file} is larger than this process may write; raise the limit (ulimit -f) and run it again`,
    );
  if (hasErrno(cause, 'EACCES', 'EPERM'))
    return fault(`${folder} cannot be written; change its owner, or name another folder with --models`);
  if (hasErrno(cause, 'EROFS'))
    return fault(`${folder} is read-only; make it writable, or name another folder with --models`);
  if (hasErrno(cause, 'ENOTDIR', 'EEXIST')) return fault(`${folder} is not a folder; name one with --models`);
  if (hasErrno(cause, 'ENOENT', 'ELOOP'))
    return fault(`${folder} does not exist, or leads nowhere; name another folder with --models`);
  if (hasErrno(cause, 'EISDIR', 'ERR_FS_EISDIR', 'ENOTEMPTY')) return fault(`${file} is a folder; remove it`);
  return fault(
    `cannot write ${file} (${describeFileError(cause)}); check the folder, or name another with --models`,
  );
}

/** @throws SpotterError model.unwritable when there is less space than that */
export function requireSpace(folder: string, bytes: number): void {
  const existing = nearestExisting(folder);
  const { blocks, bavail, bsize } = statfsSync(existing);
  const free = bavail * bsize;
  // Some file systems do not count.
  if (blocks > 0 && free < bytes)
    throw new SpotterError(
      'model.unwritable',
      `${megabytes(free)} are free at ${existing}, but ${megabytes(bytes)} are needed; free some space, or name another folder with --models`,
    );
}
