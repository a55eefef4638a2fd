import { accessSync, constants, realpathSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { describeFileError, hasErrno, SpotterError } from '../core/errors.js';
import { liesIn } from '../core/folders.js';
import { writePrivateFileFrom } from '../core/privateFile.js';

/** A kind of file that a command writes for its user, as errors call it. */
export interface OutputKind {
  what: string;
  /** A name for such a file. */
  example: string;
}

/**
 * Checks that a file can be written, before the work for it is done.
 *
 * @param gallery where it must not lie; null for a kind of file that a gallery ignores
 * @throws SpotterError usage
 */
export function checkOutputPlace(file: string, gallery: string | null, kind: OutputKind): void {
  const refuse = (why: string, cause?: unknown) => refusal(file, kind, why, cause);
  if (file === '') throw refuse('the name is empty; name a file');
  if (file === '-') throw refuse('it cannot go to standard output; name a file');
  const folder = path.dirname(path.resolve(file));
  let stats: Stats | undefined;
  try {
    if (!statSync(folder).isDirectory()) throw refuse(`${folder} is a file, not a folder; name another file`);
    accessSync(folder, constants.W_OK | constants.X_OK);
    // The name may be that of a link, which is then replaced.
    stats = statSync(file, { throwIfNoEntry: false });
  } catch (cause) {
    throw cause instanceof SpotterError ? cause : refuse(whyNot(cause, folder), cause);
  }
  if (stats?.isDirectory()) throw refuse(`it is a folder; add the name of a file, such as ${kind.example}`);
  if (stats && !stats.isFile()) throw refuse('it is a device or pipe; name a file');
  if (stats && path.extname(file) !== path.extname(kind.example))
    throw refuse(`it exists and does not end with ${path.extname(kind.example)}; name another file`);
  if (gallery === null) return;
  if (liesIn(realOr(gallery), path.join(realpathSync(folder), path.basename(file))))
    throw refuse('it would lie in the gallery, which is for photos of people only; name a file elsewhere');
}

/**
 * Writes a file, readable by its owner only, whole or not at all.
 *
 * @throws SpotterError usage when it cannot be written; what `parts` throws
 */
export async function writeOutput(
  file: string,
  parts: AsyncIterable<string>,
  kind: OutputKind,
): Promise<void> {
  try {
    await writePrivateFileFrom(path.resolve(file), parts);
  } catch (cause) {
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw outputRefusal(file, kind, cause);
  }
}

/** The error for a file that the system refuses to write. */
export function outputRefusal(file: string, kind: OutputKind, cause: unknown): SpotterError {
  return refusal(file, kind, whyNot(cause, path.dirname(path.resolve(file))), cause);
}

function refusal(file: string, { what }: OutputKind, why: string, cause?: unknown): SpotterError {
  return new SpotterError('usage', `cannot write the ${what} ${file}: ${why}`, { cause });
}

function whyNot(cause: unknown, folder: string): string {
  if (hasErrno(cause, 'ENOENT', 'ENOTDIR'))
    return `there is no folder ${folder}; make it, or name another file`;
  if (hasErrno(cause, 'EACCES', 'EPERM')) return `permission denied in ${folder}; name a file elsewhere`;
  if (hasErrno(cause, 'EROFS')) return `${folder} is read-only; name a file elsewhere`;
  if (hasErrno(cause, 'ENOSPC')) return 'the disk is full; free some space';
  return `${describeFileError(cause)}; name another file`;
}

function realOr(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return path.resolve(folder);
  }
}
