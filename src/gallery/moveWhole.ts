import { lstat, mkdir, readdir, realpath, rename, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { hasErrno, SpotterError } from '../core/errors.js';

/** Something to move. */
export interface Move {
  /** Absolute path. */
  from: string;
  /** A folder with the form of a gallery, without links; missing folders are made. */
  to: string;
  /** Its path in both, with forward slashes. */
  name: string;
}

/** Called for everything that was moved, with both absolute paths. */
export type OnMoved = (from: string, to: string, isFolder: boolean) => void;

/**
 * Moves a photo or a person's folder, whole by a rename. A name that is taken gets a number; where a folder of that name is there,
 * the contents join it. Never follows a link below `root`.
 *
 * @param root the gallery's folder without links, in which both places lie
 * @throws SpotterError usage where a link or a file is in the way; the system's error
 */
export async function moveWhole(root: string, { from, to, name }: Move, onMoved: OnMoved): Promise<void> {
  const source = path.dirname(from);
  if ((await realpath(source)) !== source) throw inTheWay(root, source);
  const folder = await makeFolder(root, path.join(to, path.dirname(name)));
  const isFolder = (await lstat(from)).isDirectory();
  const isTaken = (await lstat(path.join(folder, path.basename(name))).catch(() => null)) !== null;
  // With a number, the one photo of a person would be one of somebody else.
  const isAlone = !isFolder && isTaken && !name.includes('/');
  const parent = isAlone ? await makeFolder(root, path.join(to, path.parse(name).name)) : folder;
  await moveInto(root, from, parent, onMoved);
}

/** Removes empty folders in a folder, and then itself. */
export async function removeEmpty(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => []))
    if (entry.isDirectory()) await removeEmpty(path.join(folder, entry.name));
  // One that is not empty, or another's, stays.
  await rmdir(folder).catch(() => {});
}

async function moveInto(root: string, from: string, parent: string, onMoved: OnMoved): Promise<void> {
  const isFolder = (await lstat(from)).isDirectory();
  const { name: stem, ext } = path.parse(from);
  let target = path.join(parent, `${stem}${ext}`);
  let there = await lstat(target).catch(() => null);
  if (isFolder && there) {
    if (!there.isDirectory()) throw inTheWay(root, target);
    for (const name of await readdir(from)) await moveInto(root, path.join(from, name), target, onMoved);
    await rmdir(from);
    return;
  }
  for (let number = 2; there !== null; number++) {
    target = path.join(parent, `${stem}-${number}${ext}`);
    there = await lstat(target).catch(() => null);
  }
  await rename(from, target);
  onMoved(from, target, isFolder);
}

/** Makes a folder below the root and what is missing above it. */
async function makeFolder(root: string, folder: string): Promise<string> {
  if (folder === root) return folder;
  await makeFolder(root, path.dirname(folder));
  try {
    await mkdir(folder);
  } catch (error) {
    if (!hasErrno(error, 'EEXIST')) throw error;
    if (!(await lstat(folder)).isDirectory()) throw inTheWay(root, folder);
  }
  return folder;
}

function inTheWay(root: string, place: string): SpotterError {
  const name = path.relative(root, place);
  return new SpotterError(
    'usage',
    `${name} in ${root} is a link or a file, not a folder; nothing is moved through it`,
  );
}
