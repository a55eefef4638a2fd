import { readdir, readFile, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { describeError, hasErrno, SpotterError } from '../core/errors.js';
import { forgetCached, REMOVED, removeFiles } from './edit.js';
import { nameFault, personOf } from './folder.js';

/** What became of a person's files in a gallery. */
export interface ErasedFiles {
  /** Relative to the gallery; a folder ends in a slash. */
  removed: string[];
  /** false: there is no such folder now, so nothing is known of what will be in it. */
  isThere: boolean;
}

/** What became of a person's embeddings. */
export interface ErasedCaches {
  /** Photos of the person that the caches knew. */
  photos: number;
  /** Names of caches that could not be read and are gone altogether: the next start embeds every photo anew. */
  discarded: string[];
}

const CACHE = /^gallery-[0-9a-f]{16}\.cache$/;
const UNFINISHED = /^gallery-[0-9a-f]{16}\.cache\.(\d+)\.tmp$/;
const TEXT = /\.ya?ml$/i;

/**
 * Removes everything of a person from a gallery, and what earlier removals of anybody have left half done. Nobody of that name is
 * no error. Never follows a link below the gallery.
 *
 * @throws SpotterError gallery.unwritable
 */
export async function eraseFiles(folder: string, person: string): Promise<ErasedFiles> {
  try {
    const root = await realpath(folder);
    const removed = await removeFiles(root, person);
    for (const name of await readdir(root))
      if (name.startsWith(REMOVED)) await rm(path.join(root, name), { recursive: true, force: true });
    return { removed, isThere: true };
  } catch (cause) {
    if (hasErrno(cause, 'ENOENT')) return { removed: [], isThere: false };
    const message = `${person} cannot be removed from ${folder}, so nothing was forgotten: ${describeError(cause)}`;
    throw new SpotterError('gallery.unwritable', message, { cause });
  }
}

/**
 * Takes a person's embeddings out of every cache, whichever gallery it is of.
 *
 * @param cacheFolder where caches are kept
 * @param holdsName whether a file holds the person's name
 * @throws the system's error
 */
export async function eraseCached(
  cacheFolder: string,
  person: string,
  holdsName: (file: string) => Promise<boolean>,
): Promise<ErasedCaches> {
  const erased: ErasedCaches = { photos: 0, discarded: [] };
  for (const name of await readdir(cacheFolder)) {
    const file = path.join(cacheFolder, name);
    const [, writer] = UNFINISHED.exec(name) ?? [];
    if (writer !== undefined && !isRunning(Number(writer))) await rm(file, { force: true });
    if (!CACHE.test(name)) continue;
    const photos = await forgetCached(file, person);
    erased.photos += photos ?? 0;
    // Of another version, or damaged.
    if (photos !== null || !(await holdsName(file))) continue;
    await rm(file, { force: true });
    erased.discarded.push(name);
  }
  return erased;
}

/**
 * Where the user's own files in a gallery name a person: names of files, and texts about other people. Contents of photos are
 * not searched. Nothing when there is no such folder.
 *
 * @returns their names, relative to the gallery
 */
export async function mentionsIn(folder: string, person: string): Promise<string[]> {
  const word = new RegExp(`(?<![\\p{L}\\p{N}])${person}(?![\\p{L}\\p{N}])`, 'u');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    const name = path.relative(folder, path.join(entry.parentPath, entry.name));
    const [owner] = name.split(path.sep);
    const stem = personOf(name.includes(path.sep) ? `${owner}/` : owner);
    // A longer name of somebody else.
    if (stem !== person && word.test(stem) && nameFault(stem) === null) continue;
    const isText = entry.isFile() && TEXT.test(name);
    const text = isText ? await readFile(path.join(folder, name), 'utf8').catch(() => '') : '';
    if (word.test(name.normalize('NFC')) || word.test(text.normalize('NFC'))) found.push(name);
  }
  return found;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasErrno(error, 'EPERM');
  }
}
