import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { hasErrno, SpotterError } from '../errors.js';
import type { FileMark } from './cache.js';
import type { PhotoFault } from './enrol.js';

/** A file in the gallery's folder that says something of a person, before anybody looked into it. */
export interface GalleryFile {
  person: string;
  /** Relative to the gallery, with forward slashes. A folder that cannot be read ends in one. */
  name: string;
  path: string;
  /** null when it cannot be told. */
  mark: FileMark | null;
  /** Why it is not even opened. */
  refused: { fault: PhotoFault; message: string } | null;
}

/** A gallery's folder at one moment. */
export interface Listing {
  /** Differs when another folder is in the place of the one before. */
  identity: string;
  /** Of the file system that it is on. */
  device: string;
  /** <person>/*.jpg and <person>.jpg, sorted. */
  photos: GalleryFile[];
  /** <person>/person.yaml and <person>.yaml, sorted. */
  settings: GalleryFile[];
  /** Absolute paths of the folders that were read, and who they are: the gallery's own first. */
  folders: Map<string, string>;
}

const PHOTO = /\.(jpe?g|png|webp)$/i;
const SETTINGS = /\.ya?ml$/i;
const PERSON_FILE = /^person\.ya?ml$/i;
const PERSON = /^[\p{L}\p{N} _'-]{1,64}$/u;
const UNREADABLE = {
  fault: 'unreadable',
  message: 'cannot be read; check its permissions and its name',
} as const;

/**
 * What is in a gallery. Hidden and other files are passed over. A link counts as what it points to, but only inside the
 * folder.
 *
 * @throws SpotterError gallery.not_found
 */
export async function listGallery(folder: string): Promise<Listing> {
  const root = await realpath(folder).catch((cause: unknown) => {
    const why = hasErrno(cause, 'ENOENT') ? 'does not exist' : 'cannot be read';
    throw new SpotterError(
      'gallery.not_found',
      `gallery ${folder} ${why}; make the folder, or name another one with -g`,
      { cause },
    );
  });
  const identity = await identityOf(root);
  const [device] = identity.split(':');
  const folders = new Map([[root, identity]]);
  const listing: Listing = { identity, device, photos: [], settings: [], folders };
  for (const entry of await topEntries(root, folder)) {
    const kind = await kindOf(path.join(root, entry.name), entry);
    if (kind === 'file' && PHOTO.test(entry.name))
      listing.photos.push(await galleryFile(root, entry.name, stemOf(entry.name), entry.isSymbolicLink()));
    if (kind === 'file' && SETTINGS.test(entry.name))
      listing.settings.push(await galleryFile(root, entry.name, stemOf(entry.name), entry.isSymbolicLink()));
    if (kind === 'folder') await listPerson(root, entry, listing);
  }
  listing.photos.sort(byName);
  listing.settings.sort(byName);
  return listing;
}

/** Whether a person may be called so; null, or one sentence about the name. */
export function nameFault(person: string): string | null {
  if (PERSON.test(person)) return null;
  return `"${person}" is no name: use up to 64 letters, digits, spaces, hyphens, apostrophes and underscores`;
}

async function listPerson(root: string, entry: Dirent, listing: Listing): Promise<void> {
  const folder = path.join(root, entry.name);
  const inside = await readdirVisible(folder).catch(() => null);
  if (inside === null) {
    const gone = { person: entry.name.normalize('NFC'), name: `${entry.name}/`, path: '', mark: null };
    listing.photos.push({ ...gone, refused: UNREADABLE });
    return;
  }
  listing.folders.set(folder, await identityOf(folder));
  for (const inner of inside) {
    const list = PHOTO.test(inner.name)
      ? listing.photos
      : PERSON_FILE.test(inner.name)
        ? listing.settings
        : null;
    const name = `${entry.name}/${inner.name}`;
    if (!list || (await kindOf(path.join(root, name), inner)) !== 'file') continue;
    list.push(await galleryFile(root, name, entry.name, entry.isSymbolicLink() || inner.isSymbolicLink()));
  }
}

async function readdirVisible(directory: string): Promise<Dirent[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries.filter(({ name }) => !name.startsWith('.'));
}

async function topEntries(directory: string, gallery: string): Promise<Dirent[]> {
  try {
    return await readdirVisible(directory);
  } catch (cause) {
    if (hasErrno(cause, 'ENOTDIR')) {
      throw new SpotterError(
        'gallery.not_found',
        `gallery ${gallery} is a file; name the folder that holds the people`,
        { cause },
      );
    }
    throw new SpotterError('gallery.not_found', `${directory} cannot be read; check its permissions`, {
      cause,
    });
  }
}

/** A broken link is a file: opening it will say so. */
async function kindOf(file: string, entry: Dirent): Promise<'file' | 'folder' | 'other'> {
  const stats = entry.isSymbolicLink() ? await stat(file).catch(() => null) : entry;
  if (!stats) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isFile() ? 'file' : 'other';
}

async function galleryFile(root: string, name: string, stem: string, linked: boolean): Promise<GalleryFile> {
  const person = stem.normalize('NFC');
  const file = path.join(root, name);
  const refused = (linked ? await linkRefusal(root, file) : null) ?? nameRefusal(person);
  return { person, name, path: file, mark: refused ? null : await markOf(file), refused };
}

/** What of a gallery can be seen without reading it: differs when another folder is in its place, or a top entry came or went. */
export async function glanceAt(folder: string): Promise<string> {
  try {
    const root = await realpath(folder);
    return `${root} ${await identityOf(root)} ${(await stat(root)).mtimeMs}`;
  } catch {
    return '';
  }
}

/** Nothing is known of a file that cannot be looked at: null. */
async function markOf(file: string): Promise<FileMark | null> {
  const stats = await stat(file).catch(() => null);
  if (!stats) return null;
  const { size, mtimeMs, ctimeMs, ino } = stats;
  return { size, mtimeMs, ctimeMs, inode: ino };
}

/** A folder that is made anew may get the number of the old one, but not its birth. */
async function identityOf(folder: string): Promise<string> {
  const stats = await stat(folder).catch(() => null);
  return stats ? `${stats.dev}:${stats.ino}:${stats.birthtimeMs}` : '';
}

async function linkRefusal(root: string, file: string): Promise<GalleryFile['refused']> {
  const target = await realpath(file).catch(() => null);
  if (target === null)
    return { fault: 'unreadable', message: 'points to a file that does not exist; copy the photo itself' };
  if (target === root || target.startsWith(root + path.sep)) return null;
  return { fault: 'outside', message: 'is a link to a place outside the gallery; copy the photo itself' };
}

function nameRefusal(person: string): GalleryFile['refused'] {
  const message = nameFault(person);
  return message === null ? null : { fault: 'bad_name', message };
}

function stemOf(name: string): string {
  return path.parse(name).name;
}

function byName(a: GalleryFile, b: GalleryFile): number {
  return a.name < b.name ? -1 : 1;
}
