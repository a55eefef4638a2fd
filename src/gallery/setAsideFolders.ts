import { lstat } from 'node:fs/promises';
import path from 'node:path';

/** The folder in a gallery for what is set aside. Hidden, so that nothing in it is read as part of the gallery. */
export const SET_ASIDE = '.set-aside';

/** In it, single photos and whole people lie apart, both as in a gallery. */
export type SetAsideKind = 'photos' | 'people';

const KINDS: readonly SetAsideKind[] = ['photos', 'people'];

/**
 * The folders for what is set aside, as far as there are any. A link is none: it may lead out of the gallery.
 *
 * @param root the gallery's folder without links
 */
export async function setAsideFolders(root: string): Promise<{ kind: SetAsideKind; folder: string }[]> {
  if (!(await isFolder(path.join(root, SET_ASIDE)))) return [];
  const folders = KINDS.map((kind) => ({ kind, folder: path.join(root, SET_ASIDE, kind) }));
  const isThere = await Promise.all(folders.map(({ folder }) => isFolder(folder)));
  return folders.filter((_, index) => isThere[index]);
}

async function isFolder(place: string): Promise<boolean> {
  return (await lstat(place).catch(() => null))?.isDirectory() === true;
}
