import type { Dirent } from 'node:fs';
import path from 'node:path';
import { hasErrno, SpotterError } from '../core/errors.js';
import { nameFault } from '../core/personName.js';
import type { FileMark } from './cache.js';
import type { PhotoFault } from './enrol.js';
import { CANNOT_BE_READ, type Files, localFiles } from './files.js';
import { isClutter, isPhotoName, namedAsUnreadable } from './photoFiles.js';

/** A photo or a file of settings in the gallery's folder, not yet opened. */
export interface GalleryFile {
  person: string;
  /** Relative to the gallery, with forward slashes. The name of a folder that cannot be read ends in one. */
  name: string;
  path: string;
  /** null when the file cannot be examined, or is refused. */
  mark: FileMark | null;
  /** Why the file is not opened; null when it is. */
  refused: { fault: PhotoFault; message: string } | null;
}

/** A person's folder, or a file beside those. */
interface Part {
  photos: GalleryFile[];
  settings: GalleryFile[];
  /** Identities of the folders that could be read, by absolute path; empty for a file. */
  folders: Map<string, string>;
}

/** A gallery's folder at one moment. */
export interface Listing {
  /** Absolute path, without links. */
  root: string;
  /** Changes when another folder takes the place of this one. */
  identity: string;
  /** Number of the file system. */
  device: string;
  /** Whether a file system is mounted here. */
  isMount: boolean;
  /** <person>/*.jpg, <person>/<folder>/*.jpg and <person>.jpg, sorted. */
  photos: GalleryFile[];
  /** <person>/person.yaml and <person>.yaml, sorted. */
  settings: GalleryFile[];
  /** Identities of the folders that were read, by absolute path: the gallery's own first. */
  folders: Map<string, string>;
  /** By name in the gallery's folder; without links, which are read every time. */
  parts: ReadonlyMap<string, Part>;
}

/** An earlier listing, to read less. */
export interface KnownListing {
  listing: Listing;
  /** Absolute paths in the gallery's folder where something may have changed; everything else is as it was. */
  changed: ReadonlySet<string>;
}

const SETTINGS = /\.ya?ml$/i;
const PERSON_FILE = /^person\.ya?ml$/i;
const UNREADABLE = { fault: 'unreadable', message: CANNOT_BE_READ } as const;
const LINKED = { fault: 'outside', message: 'is a link to a folder; copy the photos themselves' } as const;
const TOO_DEEP = {
  fault: 'unreadable',
  message: 'is not read; move its photos into the folder of the person or one folder below that',
} as const;

/**
 * Lists a gallery. Hidden and other files are ignored. A link stands for what it points to, but only inside the folder.
 *
 * @param known saves time: without it, 2,000 photos take a tenth of a second
 * @param files reads the folder; default: those of this machine
 * @throws SpotterError gallery.not_found
 */
export async function listGallery(
  folder: string,
  known: KnownListing | null = null,
  files: Files = localFiles,
): Promise<Listing> {
  const root = await files.realpath(folder).catch((cause: unknown) => {
    const why = hasErrno(cause, 'ENOENT') ? 'does not exist' : 'cannot be read';
    throw new SpotterError(
      'gallery.not_found',
      `gallery ${folder} ${why}; make the folder, or name another one with -g`,
      { cause },
    );
  });
  const identity = await identityOf(files, root);
  const [device] = identity.split(':');
  const [deviceAbove] = (await identityOf(files, path.dirname(root))).split(':');
  const folders = new Map([[root, identity]]);
  const before = known?.listing.identity === identity ? known : null;
  const touched = new Set(
    [...(before?.changed ?? [])].map((place) => path.relative(root, place).split(path.sep)[0]),
  );
  const photos: GalleryFile[] = [];
  const settings: GalleryFile[] = [];
  const parts = new Map<string, Part>();
  for (const entry of await topEntries(files, root, folder)) {
    const same = touched.has(entry.name) ? undefined : before?.listing.parts.get(entry.name);
    const part = same ?? (await listPart(files, root, entry));
    if (!entry.isSymbolicLink()) parts.set(entry.name, part);
    photos.push(...part.photos);
    settings.push(...part.settings);
    for (const [own, identity] of part.folders) folders.set(own, identity);
  }
  return {
    root,
    identity,
    device,
    isMount: device !== deviceAbove,
    photos: photos.sort(byName),
    settings: settings.sort(byName),
    folders,
    parts,
  };
}

/** Whether a folder holds neither photos nor settings. */
export function isEmpty({ photos, settings }: Listing): boolean {
  return photos.length === 0 && settings.length === 0;
}

/** The person a file belongs to, by its name in the gallery: the folder's name, or its own without extension. */
export function personOf(name: string): string {
  const own = name.includes('/') ? name.split('/')[0] : path.parse(name).name;
  return own.normalize('NFC');
}

/** Changes when the file may have changed. */
export function fileKey({ mark, refused }: GalleryFile): string {
  return refused ? `refused ${refused.message}` : JSON.stringify(mark);
}

async function listPart(files: Files, root: string, entry: Dirent): Promise<Part> {
  const { name } = entry;
  const kind = await kindOf(files, path.join(root, name), entry);
  if (kind === 'folder') return listPerson(files, root, entry);
  const part: Part = { photos: [], settings: [], folders: new Map() };
  const list = isPhotoName(name) ? part.photos : SETTINGS.test(name) ? part.settings : null;
  if (kind === 'file' && list)
    list.push(await galleryFile(files, root, name, path.parse(name).name, entry.isSymbolicLink()));
  return part;
}

async function listPerson(files: Files, root: string, entry: Dirent): Promise<Part> {
  const part: Part = { photos: [], settings: [], folders: new Map() };
  const subfolders = await listInside(files, root, entry.name, entry.isSymbolicLink(), part);
  // A link may lead to other people's photos, or back to the gallery.
  for (const { name, isLink } of entry.isSymbolicLink() ? [] : subfolders) {
    if (isLink) {
      part.photos.push(notRead(name, LINKED));
      continue;
    }
    const deeper = await listInside(files, root, name, false, part);
    for (const folder of deeper) part.photos.push(notRead(`${folder.name}/`, TOO_DEEP));
  }
  return part;
}

/** Adds the files in one folder of a person. @param folder relative to the root @returns the folders in it */
async function listInside(
  files: Files,
  root: string,
  folder: string,
  isLinked: boolean,
  { photos, settings, folders }: Part,
): Promise<{ name: string; isLink: boolean }[]> {
  const place = path.join(root, folder);
  const entries = await readdirVisible(files, place).catch(() => null);
  if (entries === null) {
    photos.push(notRead(`${folder}/`, UNREADABLE));
    return [];
  }
  folders.set(place, await identityOf(files, place));
  const subfolders = [];
  for (const entry of entries) {
    const name = `${folder}/${entry.name}`;
    const isLink = entry.isSymbolicLink();
    const isSettings = PERSON_FILE.test(entry.name) && !folder.includes('/');
    const list = isPhotoName(entry.name) ? photos : isSettings ? settings : null;
    const kind = await kindOf(files, path.join(root, name), entry);
    if (kind === 'folder') subfolders.push({ name, isLink });
    if (kind === 'file' && list)
      list.push(await galleryFile(files, root, name, personOf(name), isLinked || isLink));
  }
  return subfolders;
}

/** A folder that is not read. @param name relative to the gallery; with a slash at its end the photos known from it stay */
function notRead(name: string, refused: GalleryFile['refused']): GalleryFile {
  return { person: personOf(name), name, path: '', mark: null, refused };
}

async function readdirVisible(files: Files, directory: string): Promise<Dirent[]> {
  const entries = await files.readdir(directory);
  return entries.filter(({ name }) => !isClutter(name));
}

async function topEntries(files: Files, directory: string, gallery: string): Promise<Dirent[]> {
  try {
    return await readdirVisible(files, directory);
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

/** A broken link is a file, and opening it fails. */
async function kindOf(files: Files, file: string, entry: Dirent): Promise<'file' | 'folder' | 'other'> {
  const stats = entry.isSymbolicLink() ? await files.stat(file).catch(() => null) : entry;
  if (!stats) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isFile() ? 'file' : 'other';
}

async function galleryFile(
  files: Files,
  root: string,
  name: string,
  stem: string,
  linked: boolean,
): Promise<GalleryFile> {
  const person = stem.normalize('NFC');
  const file = path.join(root, name);
  const refused = (linked ? await linkRefusal(files, root, file) : null) ?? nameRefusal(person, name);
  return { person, name, path: file, mark: refused ? null : await markOf(files, file), refused };
}

/** Changes when another folder takes the place of a gallery; empty when there is none. Never rejects. */
export async function folderIdentity(folder: string, files: Files = localFiles): Promise<string> {
  try {
    const root = await files.realpath(folder);
    return `${root} ${await identityOf(files, root)}`;
  } catch {
    return '';
  }
}

/** null when the file cannot be examined. */
async function markOf(files: Files, file: string): Promise<FileMark | null> {
  const stats = await files.stat(file).catch(() => null);
  if (!stats) return null;
  const { size, mtimeMs, ctimeMs, ino } = stats;
  return { size, mtimeMs, ctimeMs, inode: ino };
}

/** A folder that is made again may get the inode number of the old one, but not its time of birth. */
async function identityOf(files: Files, folder: string): Promise<string> {
  const stats = await files.stat(folder).catch(() => null);
  return stats ? `${stats.dev}:${stats.ino}:${stats.birthtimeMs}` : '';
}

async function linkRefusal(files: Files, root: string, file: string): Promise<GalleryFile['refused']> {
  const target = await files.realpath(file).catch(() => null);
  if (target === null)
    return { fault: 'unreadable', message: 'points to a file that does not exist; copy the photo itself' };
  if (target === root || target.startsWith(root + path.sep)) return null;
  return { fault: 'outside', message: 'is a link to a place outside the gallery; copy the photo itself' };
}

function nameRefusal(person: string, name: string): GalleryFile['refused'] {
  const message = nameFault(person);
  if (message !== null) return { fault: 'bad_name', message };
  const format = namedAsUnreadable(name);
  return format === null ? null : { fault: 'unreadable', message: format };
}

function byName(a: GalleryFile, b: GalleryFile): number {
  return a.name < b.name ? -1 : 1;
}
