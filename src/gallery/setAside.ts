import { realpathSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { SpotterError } from '../core/errors.js';
import { meantOr } from '../core/nearest.js';
import { isSamePerson } from '../core/personName.js';
import { plural } from '../core/plural.js';
import { whyUnwritable } from './edit.js';
import { type GalleryFile, listGallery, personOf } from './folder.js';
import { type Move, moveWhole, type OnMoved, removeEmpty } from './moveWhole.js';
import { isPhotoName } from './photoFiles.js';
import { SET_ASIDE, type SetAsideKind, setAsideFolders } from './setAsideFolders.js';
import { withOneSpelling } from './spellings.js';
import { removeLeftovers } from './wholeFiles.js';

/** What is set aside in a gallery. Both lists have the form of a gallery, so that their photos can be read like one. */
export interface SetAside {
  /** People who are set aside with everything they have, and their photos; sorted. They may serve as negative examples. */
  people: { person: string; photos: GalleryFile[] }[];
  /** Single photos of people, set aside because of the photo; sorted. */
  photos: GalleryFile[];
}

/** A file or folder that was moved; both names relative to the gallery, a folder ends in a slash. */
export interface Moved {
  from: string;
  to: string;
}

const SETTINGS = /\.ya?ml$/i;

/** What is set aside in a gallery. @throws SpotterError gallery.not_found */
export async function listSetAside(folder: string): Promise<SetAside> {
  const { root } = await listGallery(folder);
  const photos: Record<SetAsideKind, GalleryFile[]> = { photos: [], people: [] };
  for (const place of await setAsideFolders(root))
    photos[place.kind] = (await listGallery(place.folder)).photos;
  const people = new Map<string, GalleryFile[]>();
  for (const photo of withOneSpelling(photos.people)) {
    const own = people.get(photo.person);
    if (own) own.push(photo);
    else people.set(photo.person, [photo]);
  }
  const sorted = [...people].sort(([a], [b]) => (a < b ? -1 : 1));
  return { people: sorted.map(([person, own]) => ({ person, photos: own })), photos: photos.photos };
}

/**
 * Moves photos and people out of use: to a hidden folder of the gallery, where they are kept and not compared with anybody.
 *
 * @param what each a photo, as a path in the gallery or of this machine, or the name of a person, whose photos and settings all go
 * @throws SpotterError gallery.not_found, also for something that is not there, and nothing is moved then; gallery.unwritable
 */
export async function setAside(folder: string, what: readonly string[]): Promise<Moved[]> {
  const { root, photos } = await listGallery(folder);
  await removeLeftovers(root);
  const moves: Move[] = [];
  for (const one of what) {
    const photo = photoNamed(one, photos, [root]);
    const kind: SetAsideKind = photo === null ? 'people' : 'photos';
    const names = photo === null ? await entriesOf(root, one) : [photo];
    if (names.length === 0) throw notThere(one, `gallery ${folder}`, 'spotter gallery check', photos);
    const to = path.join(root, SET_ASIDE, kind);
    moves.push(...names.map((name) => ({ from: path.join(root, name), to, name })));
  }
  return moveAll(root, moves);
}

/**
 * Moves photos and people back into use. A name that is taken meanwhile gets a number.
 *
 * @param what as for {@link setAside}; the name of a person stands for everything of theirs that is set aside
 * @throws SpotterError gallery.not_found, also for something that is not set aside, and nothing is moved then; gallery.unwritable
 */
export async function bringBack(folder: string, what: readonly string[]): Promise<Moved[]> {
  const { root } = await listGallery(folder);
  await removeLeftovers(root);
  const places = await setAsideFolders(root);
  const moves: Move[] = [];
  for (const one of what) {
    const found: Move[] = [];
    for (const { folder: base } of places) {
      const photo = photoNamed(one, (await listGallery(base)).photos, [base, root]);
      const names = photo === null ? await entriesOf(base, one) : [photo];
      found.push(...names.map((name) => ({ from: path.join(base, name), to: root, name })));
    }
    if (found.length === 0)
      throw notThere(one, `what is set aside in gallery ${folder}`, 'spotter gallery set-aside --list', []);
    moves.push(...found);
  }
  const moved = await moveAll(root, moves);
  if (places.length > 0) await removeEmpty(path.join(root, SET_ASIDE));
  return moved;
}

function notThere(
  what: string,
  where: string,
  command: string,
  photos: readonly GalleryFile[],
): SpotterError {
  const names = photos.flatMap(({ name }) => [name, personOf(name)]);
  const remedy = meantOr(what, [...new Set(names)], `"${command}" shows what is`);
  return new SpotterError(
    'gallery.not_found',
    `${what} is neither a photo nor a person in ${where}; ${remedy}`,
  );
}

/** The photo that a path stands for: one in a listing, or one of this machine that lies in a folder. @returns its name there */
function photoNamed(what: string, photos: readonly GalleryFile[], folders: readonly string[]): string | null {
  const inside = folders.map((folder) => path.relative(folder, realPath(path.resolve(what))));
  const wanted = [path.normalize(what), ...inside].map((name) => name.split(path.sep).join('/'));
  const names = photos.map(({ name }) => name).filter((name) => !name.endsWith('/'));
  const composed = wanted.map((name) => name.normalize('NFC'));
  // Two names may differ in their Unicode form alone.
  const named = names.find((name) => wanted.includes(name));
  return named ?? names.find((name) => composed.includes(name.normalize('NFC'))) ?? null;
}

/** The path without links above the file. */
function realPath(file: string): string {
  try {
    return path.join(realpathSync(path.dirname(file)), path.basename(file));
  } catch {
    return file;
  }
}

/** The folder of a person, and photo and settings beside it: names in the base. */
async function entriesOf(base: string, what: string): Promise<string[]> {
  const person = what.replace(/[/\\]+$/, '').normalize('NFC');
  const entries = await readdir(base, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => {
      if (entry.name.startsWith('.')) return false;
      const isBeside = !entry.isDirectory() && (isPhotoName(entry.name) || SETTINGS.test(entry.name));
      return isBeside
        ? isSamePerson(personOf(entry.name), person)
        : !entry.isFile() && isSamePerson(entry.name, person);
    })
    .map(({ name }) => name);
}

async function moveAll(root: string, moves: readonly Move[]): Promise<Moved[]> {
  const moved: Moved[] = [];
  const relative = (file: string) => path.relative(root, file).split(path.sep).join('/');
  const note: OnMoved = (from, to, isFolder) => {
    const slash = isFolder ? '/' : '';
    moved.push({ from: `${relative(from)}${slash}`, to: `${relative(to)}${slash}` });
  };
  for (const move of moves) {
    try {
      // Named twice, or moved with its folder before.
      if (moved.length > 0 && (await lstat(move.from).catch(() => null)) === null) continue;
      await moveWhole(root, move, note);
    } catch (cause) {
      if (cause instanceof SpotterError && cause.code !== 'usage') throw cause;
      const done =
        moved.length === 0
          ? 'nothing was moved'
          : `${plural(moved.length, 'other was', 'others were')} moved`;
      const why = cause instanceof SpotterError ? cause.message : whyUnwritable(cause);
      throw new SpotterError('gallery.unwritable', `cannot move ${relative(move.from)}, ${done}: ${why}`, {
        cause,
      });
    }
  }
  return moved;
}
