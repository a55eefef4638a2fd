import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { PersonPhoto, Role } from '../../bench/accuracy.js';
import { describeFileError, SpotterError } from '../core/errors.js';
import { regularFileText } from '../core/regularFile.js';
import { isClutter, isPhotoName } from '../gallery/photoFiles.js';
import { parseCsv } from './csv.js';

/** Photos by what they are for. */
export type RolePhotos = Record<Role, PersonPhoto[]>;

/** The words of the column `role`. */
const ROLE_WORDS: ReadonlyMap<string, Role> = new Map([
  ['gallery', 'gallery'],
  ['known', 'known'],
  ['stranger', 'strangers'],
]);

/** Options that name photos by role: a list, or folders of people. */
export interface RoleSources {
  /** CSV with the role of each photo. */
  list?: string;
  gallery?: string;
  known?: string;
  strangers?: string;
}

/**
 * The photos that the options name, by role.
 *
 * @returns null when they name neither a list nor a gallery with people to name, or a list and folders
 * @throws SpotterError usage: what they name cannot be read or does not fit together
 */
export function photosByRole({ list, gallery, known, strangers }: RoleSources): RolePhotos | null {
  const probes = known ?? strangers;
  if (list !== undefined) {
    if (probes !== undefined) return null;
    const photos = parsePhotoList(readText(list, '--list'), list);
    checkRoles(photos, list);
    const files = Object.values(photos).flatMap((some) => some.map(({ file }) => file));
    checkPhotosExist(files, list, 'check the paths, which are relative to it');
    return photos;
  }
  if (gallery === undefined || probes === undefined) return null;
  const photosIn = (folder: string | undefined, option: string) =>
    folder === undefined ? [] : photosOfPeople(folder, option);
  const photos = {
    gallery: photosIn(gallery, '--gallery'),
    known: photosIn(known, '--known'),
    strangers: photosIn(strangers, '--strangers'),
  };
  checkRoles(photos, 'the folders');
  return photos;
}

/** Reads a text file that an option names. @throws SpotterError usage */
export function readText(file: string, option: string): string {
  try {
    return regularFileText(file);
  } catch (cause) {
    throw new SpotterError(
      'usage',
      `cannot read ${option} ${file}: ${describeFileError(cause)}; check the path`,
      { cause },
    );
  }
}

/**
 * The photos of a folder of people: each subfolder is a person, with all folders in it; a photo beside them is a person named
 * as the file.
 *
 * @param option names the folder in errors, such as `--known`
 * @returns sorted by path
 * @throws SpotterError usage: the folder or one in it cannot be read, or there are no photos
 */
export function photosOfPeople(folder: string, option: string): PersonPhoto[] {
  let photos: PersonPhoto[];
  try {
    photos = readdirSync(folder)
      .filter((name) => !isClutter(name))
      .flatMap((name) => photosIn(path.join(folder, name)))
      .sort((a, b) => (a.file < b.file ? -1 : 1));
  } catch (cause) {
    const { path: place = folder } = cause as NodeJS.ErrnoException;
    throw new SpotterError(
      'usage',
      `cannot read ${option} ${place}: ${describeFileError(cause)}; give a folder with one folder of photos per person`,
      { cause },
    );
  }
  if (photos.length > 0) return photos;
  throw new SpotterError(
    'usage',
    `${option} ${folder} has no photos; give a folder with one folder per person`,
  );
}

/** The photos of one person's folder, or one photo. A pipe would be read for ever. */
function photosIn(place: string): PersonPhoto[] {
  // A link that points nowhere is no photo.
  const stats = statSync(place, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) {
    const person = path.parse(place).name.normalize('NFC');
    return stats?.isFile() && isPhotoName(place) ? [{ person, file: place }] : [];
  }
  const person = path.basename(place).normalize('NFC');
  return readdirSync(place, { recursive: true, encoding: 'utf8' })
    .filter((name) => isPhotoName(name) && !name.split(path.sep).some(isClutter))
    .map((name) => ({ person, file: path.join(place, name) }))
    .filter(({ file }) => isFile(file));
}

/**
 * Parses a list of photos from CSV with the columns role (gallery, known or stranger), person and file (or path), relative
 * to the list.
 *
 * @param list path of the list
 * @throws SpotterError usage
 */
export function parsePhotoList(text: string, list: string): RolePhotos {
  const rows = parseCsv(text, list, {
    required: ['role', 'person'],
    optional: ['file', 'path'],
    empty: 'no photos; add one line per photo',
  });
  const photos: RolePhotos = { gallery: [], known: [], strangers: [] };
  const listed = new Set<string>();
  for (const { cell, fail } of rows) {
    const role = ROLE_WORDS.get(cell('role'));
    if (!role) throw fail(`role is "${cell('role')}"; write gallery, known or stranger`);
    const [person, file] = [cell('person').normalize('NFC'), cell('file') || cell('path')];
    if (person === '') throw fail('person is empty; write a name or number');
    if (file === '') throw fail('file is empty; write the path of a photo');
    const place = path.resolve(path.dirname(list), file);
    if (listed.has(place)) throw fail(`${file} is listed above; list each photo once`);
    listed.add(place);
    photos[role].push({ person, file: place });
  }
  return photos;
}

/**
 * Checks that the roles fit together.
 *
 * @param where names the source in errors
 * @throws SpotterError usage: nobody in the gallery or nobody to name, a known person who is not in the gallery, a stranger who is,
 * or a photo that would be compared with itself
 */
export function checkRoles({ gallery, known, strangers }: RolePhotos, where: string): void {
  const fail = (what: string) => new SpotterError('usage', `${where}: ${what}`);
  if (gallery.length === 0) throw fail('nobody is in the gallery; add a photo of each known person');
  if (known.length + strangers.length === 0)
    throw fail('there is nobody to name; add photos of known people or strangers');
  const inGallery = new Set(gallery.map(({ person }) => person));
  const absent = known.filter(({ person }) => !inGallery.has(person)).map(({ person }) => person);
  if (absent.length > 0)
    throw fail(
      `${firstOf(absent, 'known person', 'known people')} not in the gallery; add them, or make them strangers`,
    );
  const enrolled = strangers.filter(({ person }) => inGallery.has(person)).map(({ person }) => person);
  if (enrolled.length > 0)
    throw fail(
      `${firstOf(enrolled, 'stranger', 'strangers')} in the gallery under the same name; rename or move them`,
    );
  const enrolledFiles = new Set(gallery.map(({ file }) => path.resolve(file)));
  const both = [...known, ...strangers]
    .map(({ file }) => file)
    .filter((file) => enrolledFiles.has(path.resolve(file)));
  if (both.length > 0)
    throw fail(
      `${firstOf(both, 'photo', 'photos')} in the gallery and to be named; take other photos of these people`,
    );
}

/**
 * Checks that all photos exist.
 *
 * @param where names the source in errors
 * @param advice what to do if not
 * @throws SpotterError usage, with the number of missing photos and the first few
 */
export function checkPhotosExist(files: readonly string[], where: string, advice: string): void {
  const all = new Set(files);
  const missing = [...all].filter((file) => !isFile(file));
  if (missing.length === 0) return;
  throw new SpotterError(
    'usage',
    `${missing.length} of the ${all.size} photos in ${where} ${missing.length === 1 ? 'does' : 'do'} not exist (${someOf(missing)}); ${advice}`,
  );
}

function isFile(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    // Also below a file that is no folder, and with a name that no file can have.
    return false;
  }
}

function firstOf(names: readonly string[], one: string, many: string): string {
  const all = [...new Set(names)];
  return `${all.length} ${all.length === 1 ? one : many} (${someOf(all)}) ${all.length === 1 ? 'is' : 'are'}`;
}

/** The first three of a list. */
function someOf(names: readonly string[]): string {
  return `${names.slice(0, 3).join(', ')}${names.length > 3 ? ', ...' : ''}`;
}
