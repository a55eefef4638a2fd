import { readdir, readFile, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { hasErrno, SpotterError } from '../core/errors.js';
import { isSamePerson, nameFault } from '../core/personName.js';
import { removeUnfinishedCaches } from './cache.js';
import { forgetCached, removeFiles, whyUnwritable } from './edit.js';
import { isAway } from './fileGuard.js';
import { personOf } from './folder.js';
import { probeFolder } from './folderProbe.js';
import { SET_ASIDE } from './setAsideFolders.js';
import { removeLeftovers } from './wholeFiles.js';

/** What was removed from a gallery. */
export interface ErasedFiles {
  /** Relative to the gallery; a folder ends in a slash. */
  removed: string[];
  /** false when the gallery folder does not exist or answer at the moment. */
  isThere: boolean;
}

/** What was removed from the caches. */
export interface ErasedCaches {
  /** Photos of the person whose embeddings were cached. */
  photos: number;
  /** Names of unreadable caches that were removed as a whole: the next start embeds every photo again. */
  discarded: string[];
}

const CACHE = /^gallery-[0-9a-f]{16}\.cache$/;
const TEXT = /\.ya?ml$/i;

/**
 * Removes all files of a person from a gallery, and completes interrupted removals. Does nothing for an unknown name. Never
 * follows a link below the gallery.
 *
 * @throws SpotterError gallery.unwritable
 */
export async function eraseFiles(folder: string, person: string): Promise<ErasedFiles> {
  try {
    await probeFolder(folder);
    const root = await realpath(folder);
    // Some of it may be of this very person.
    const failure = await removeLeftovers(root);
    if (failure !== null) {
      const left = `cannot remove what an earlier removal has left in ${folder}, nothing was erased: ${whyUnwritable(failure)}`;
      throw new SpotterError('gallery.unwritable', left, { cause: failure });
    }
    return { removed: await removeFiles(root, person), isThere: true };
  } catch (cause) {
    if (cause instanceof SpotterError && cause.code === 'gallery.unwritable') throw cause;
    if (isAway(cause) || hasErrno(cause, 'ENOENT')) return { removed: [], isThere: false };
    const message = `cannot remove ${person} from ${folder}, nothing was erased: ${whyUnwritable(cause)}`;
    throw new SpotterError('gallery.unwritable', message, { cause });
  }
}

/**
 * Removes a person's embeddings from every cache, of any gallery.
 *
 * @param cacheFolder folder of the caches
 * @param hasName whether a file contains the person's name
 * @throws the system's error
 */
export async function eraseCached(
  cacheFolder: string,
  person: string,
  hasName: (file: string) => Promise<boolean>,
): Promise<ErasedCaches> {
  const erased: ErasedCaches = { photos: 0, discarded: [] };
  await removeUnfinishedCaches(cacheFolder);
  for (const name of await readdir(cacheFolder)) {
    const file = path.join(cacheFolder, name);
    if (!CACHE.test(name)) continue;
    const photos = await forgetCached(file, person);
    erased.photos += photos ?? 0;
    // Written by another version, or damaged.
    if (photos !== null || !(await hasName(file))) continue;
    await rm(file, { force: true });
    erased.discarded.push(name);
  }
  return erased;
}

/**
 * Files in a gallery that mention a person, by file name or in a text about somebody else. Contents of photos are not
 * searched. Empty when the folder does not exist.
 *
 * @returns their names, relative to the gallery
 */
export async function mentionsIn(folder: string, person: string): Promise<string[]> {
  const literal = person.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const wholeName = new RegExp(`(?<![\\p{L}\\p{M}\\p{N}])${literal}(?![\\p{L}\\p{M}\\p{N}])`, 'iu');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    const name = path.relative(folder, path.join(entry.parentPath, entry.name));
    const parts = name.split(path.sep);
    const [owner, ...inside] = parts[0] === SET_ASIDE ? parts.slice(2) : parts;
    if (owner === undefined) continue;
    const stem = personOf(inside.length > 0 ? `${owner}/` : owner);
    // Somebody else, with a longer name.
    if (!isSamePerson(stem, person) && wholeName.test(stem) && nameFault(stem) === null) continue;
    const isText = entry.isFile() && TEXT.test(name);
    const text = isText ? await readFile(path.join(folder, name), 'utf8').catch(() => '') : '';
    if (wholeName.test(name.normalize('NFC')) || wholeName.test(text.normalize('NFC'))) found.push(name);
  }
  return found;
}
