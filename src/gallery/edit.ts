import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { describeFileError, hasErrno, SpotterError } from '../core/errors.js';
import { meantOr } from '../core/nearest.js';
import { isSamePerson, nameFault } from '../core/personName.js';
import { cacheFile, EmbeddingCache } from './cache.js';
import type { PhotoResult } from './enrol.js';

import { type Listing, listGallery, personOf } from './folder.js';
import { removeEmpty } from './moveWhole.js';
import { personFolder } from './personFolder.js';
import { usePhotoFile } from './photoFile.js';
import { isClutter, isPhotoName, namedAsUnreadable } from './photoFiles.js';
import { SET_ASIDE, setAsideFolders } from './setAsideFolders.js';
import { removeLeftovers, removeWhole, writeWhole } from './wholeFiles.js';

/** What of the result of a photo decides whether it is added. */
export type ExaminedPhoto =
  | { state: 'used' }
  | Pick<PhotoResult & { state: 'unusable' }, 'state' | 'fault' | 'message'>;

/** The outcome of {@link addPhoto}. */
export type Added =
  | { state: 'added'; name: string }
  /** The person has this very photo already. */
  | { state: 'there'; name: string }
  | { state: 'refused'; fault: string; message: string };

/** Which photo to add to whom. */
export interface AddOptions {
  /** The gallery. */
  folder: string;
  person: string;
  /** The photo to copy. */
  file: string;
  /** Returns the result that the photo would have. */
  examine: (bytes: Uint8Array, name: string) => Promise<ExaminedPhoto>;
}

const SETTINGS = /\.ya?ml$/i;

/** Which picture to add to whom. */
export interface AddPictureOptions extends Omit<AddOptions, 'file'> {
  /** The content of the photo. */
  bytes: Uint8Array;
  /** The name of the file; one that is taken gets a number. */
  fileName: string;
}

/** A person's name in normal form (NFC). @throws SpotterError usage, when nobody may be called so */
export function personName(text: string): string {
  const person = text.normalize('NFC');
  const fault = nameFault(person);
  if (fault) throw new SpotterError('usage', fault);
  return person;
}

/** The same for somebody to whom something is added: nothing that the gallery skips. @throws as {@link personName} does */
export function addablePersonName(text: string): string {
  const person = personName(text);
  if (isClutter(person))
    throw new SpotterError(
      'usage',
      `"${person}" is not a name for a person: the gallery skips what operating systems call so; use another name`,
    );
  return person;
}

/**
 * Copies a photo to a person if it can be used, whole or not at all. What interrupted changes have left is for whoever adds several
 * to remove, once.
 *
 * @throws SpotterError gallery.not_found; gallery.unwritable when the copy cannot be written
 */
export async function addPhoto({ folder, person, file, examine }: AddOptions): Promise<Added> {
  const refused = (fault: string, message: string): Added => ({ state: 'refused', fault, message });
  const listing = await listGallery(folder);
  if (!isPhotoName(file))
    return refused('unreadable', 'is not named as a picture; rename it, or convert it to JPEG');
  const format = namedAsUnreadable(file);
  if (format !== null) return refused('unreadable', format);
  const stats = await stat(file).catch(() => null);
  if (stats?.isFile() === false) return refused('unreadable', 'is not a file; name the photos themselves');
  const visible = path.basename(file).replace(/^\.+/, '');
  // Of ".jpg" only the ending is left.
  const fileName = isPhotoName(visible) ? visible : `photo.${visible}`;
  const use = (bytes: Buffer) => addListed({ folder, person, bytes, fileName, examine }, listing);
  return usePhotoFile(file, use, ({ fault, message }) => refused(fault, message));
}

/** The same with one picture that is in memory; also removes what interrupted changes have left. @throws as {@link addPhoto} does */
export async function addPicture(options: AddPictureOptions): Promise<Added> {
  const listing = await listGallery(options.folder);
  await removeLeftovers(listing.root);
  return addListed(options, listing);
}

async function addListed(
  { folder, person, bytes, fileName, examine }: AddPictureOptions,
  listing: Listing,
): Promise<Added> {
  const twin = await twinOf(bytes, listing);
  if (twin && isSamePerson(twin.person, person)) return { state: 'there', name: twin.name };
  if (twin) {
    const message = `is already a photo of ${twin.person} (${twin.name}); use each photo for one person`;
    return { state: 'refused', fault: 'double', message };
  }
  const result = await examine(bytes, fileName);
  if (result.state === 'unusable') return { state: 'refused', fault: result.fault, message: result.message };
  return { state: 'added', name: await place(bytes, fileName, folder, person) };
}

/** The people who have photos. @throws SpotterError gallery.not_found */
export async function peopleOf(folder: string): Promise<string[]> {
  const { photos } = await listGallery(folder);
  return [...new Set(photos.map(({ name }) => personOf(name)))];
}

/**
 * Removes a person: the folder with everything in it, the photo and settings beside it, and what is set aside. Never follows a
 * link.
 *
 * @returns what was removed, relative to the gallery
 * @throws SpotterError gallery.not_found, also when nobody has that name; gallery.unwritable
 */
export async function removePerson(folder: string, person: string): Promise<string[]> {
  const people = await peopleOf(folder);
  const root = await realpath(folder);
  await removeLeftovers(root);
  const removed = await removeFiles(root, person).catch((cause: unknown) => {
    throw new SpotterError(
      'gallery.unwritable',
      `cannot remove ${person} from ${root}: ${whyUnwritable(cause)}`,
      {
        cause,
      },
    );
  });
  if (removed.length === 0)
    throw new SpotterError(
      'gallery.not_found',
      `there is nobody called ${person} in ${folder}; ${meantOr(person, people, '"spotter gallery list" shows who is')}`,
    );
  return removed;
}

/**
 * The same of nobody in particular, and of what is set aside.
 *
 * @param root the gallery's folder without links
 * @returns what was removed, if anything
 */
export async function removeFiles(root: string, person: string): Promise<string[]> {
  const removed: string[] = [];
  const aside = await setAsideFolders(root);
  for (const folder of [root, ...aside.map(({ folder }) => folder)]) {
    for (const name of await readdir(folder)) {
      if (name.startsWith('.')) continue;
      const isFolder = (await lstat(path.join(folder, name))).isDirectory();
      const isLink = (await lstat(path.join(folder, name))).isSymbolicLink();
      const whole = isSamePerson(name, person) && (isFolder || isLink);
      const isNamed = isSamePerson(path.parse(name).name, person);
      const beside = (isPhotoName(name) || SETTINGS.test(name)) && !isFolder && isNamed;
      if (!whole && !beside) continue;
      await removeWhole(root, path.join(folder, name));
      const relative = path.relative(root, path.join(folder, name)).split(path.sep).join('/');
      removed.push(isFolder ? `${relative}/` : relative);
    }
  }
  if (aside.length > 0) await removeEmpty(path.join(root, SET_ASIDE));
  return removed;
}

/** Removes the results of a person's photos from the cache. @throws Error of the file system */
export async function forgetPerson(cacheFolder: string, folder: string, person: string): Promise<void> {
  await forgetCached(cacheFile(cacheFolder, folder), person);
}

/** The same in one cache. @returns number of the person's photos in it; null when the cache is missing or unreadable */
export async function forgetCached(file: string, person: string): Promise<number | null> {
  const cache = new EmbeddingCache(file);
  if (!(await cache.read())) return null;
  const count = cache.forget(person, (name) => isSamePerson(personOf(name), person));
  await cache.write();
  return count;
}

/** The photo in the gallery that has the same bytes. */
async function twinOf(
  bytes: Uint8Array,
  { photos }: Listing,
): Promise<{ person: string; name: string } | null> {
  const hash = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
  const wanted = hash(bytes);
  for (const { person, name, path: file, mark } of photos) {
    if (mark?.size !== bytes.length) continue;
    const other = await readFile(file).catch(() => null);
    if (other && hash(other) === wanted) return { person, name };
  }
  return null;
}

async function place(bytes: Uint8Array, wanted: string, folder: string, person: string): Promise<string> {
  const root = await realpath(folder);
  const entries = await readdir(root);
  const own = entries.find((name) => isSamePerson(name, person)) ?? person;
  try {
    const target = await personFolder(root, own);
    const taken = new Set(await readdir(target));
    const { name: stem, ext } = path.parse(wanted);
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${stem}-${number}${ext}`;
    await writeWhole(path.join(target, name), bytes);
    return `${own}/${name}`;
  } catch (cause) {
    if (cause instanceof SpotterError) throw cause;
    throw new SpotterError(
      'gallery.unwritable',
      `${wanted} cannot be written to ${root}: ${whyUnwritable(cause)}`,
      { cause },
    );
  }
}

/** Why a gallery cannot be changed, and what to do. */
export function whyUnwritable(cause: unknown): string {
  if (hasErrno(cause, 'ENOSPC')) return 'the disk is full; free some space';
  if (hasErrno(cause, 'ENAMETOOLONG'))
    return 'the file system takes no name as long as that; use a shorter one';
  if (hasErrno(cause, 'EXDEV')) return 'it is a file system of its own; move it by hand';
  if (hasErrno(cause, 'EROFS')) return 'the file system is read-only; mount it writable';
  if (hasErrno(cause, 'EACCES') || hasErrno(cause, 'EPERM'))
    return 'permission denied; check the permissions of the gallery and of what is in it';
  return `${describeFileError(cause)}; check the gallery`;
}
