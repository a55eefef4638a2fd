import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { hasErrno, SpotterError } from '../errors.js';
import type { PhotoFault } from './enrol.js';

/** A photo in the gallery's folder, before anybody looked into it. */
export interface PhotoFile {
  person: string;
  /** Relative to the gallery, with forward slashes. */
  name: string;
  path: string;
  /** Why it is not even opened. */
  refused: { fault: PhotoFault; message: string } | null;
}

const PHOTO = /\.(jpe?g|png|webp)$/i;
const PERSON = /^[\p{L}\p{N} _'-]{1,64}$/u;

/**
 * The photos of a gallery: <person>/*.jpg and <person>.jpg, sorted. Hidden and other files are passed over. A link
 * counts as what it points to, but only inside the folder.
 *
 * @throws SpotterError gallery.not_found
 */
export async function listPhotos(folder: string): Promise<PhotoFile[]> {
  const root = await realpath(folder).catch((cause: unknown) => {
    const why = hasErrno(cause, 'ENOENT') ? 'does not exist' : 'cannot be read';
    throw new SpotterError(
      'gallery.not_found',
      `gallery ${folder} ${why}; make the folder, or name another one with -g`,
      { cause },
    );
  });
  const photos: PhotoFile[] = [];
  for (const entry of await topEntries(root, folder)) {
    const kind = await kindOf(path.join(root, entry.name), entry);
    if (kind === 'file' && PHOTO.test(entry.name))
      photos.push(await photoFile(root, entry.name, path.parse(entry.name).name));
    if (kind !== 'folder') continue;
    const inside = await readdirVisible(path.join(root, entry.name)).catch(() => null);
    if (inside === null) {
      const message = 'cannot be read; check its permissions and its name';
      photos.push({
        person: entry.name,
        name: `${entry.name}/`,
        path: '',
        refused: { fault: 'unreadable', message },
      });
      continue;
    }
    for (const inner of inside) {
      const name = `${entry.name}/${inner.name}`;
      if (PHOTO.test(inner.name) && (await kindOf(path.join(root, name), inner)) === 'file') {
        photos.push(await photoFile(root, name, entry.name));
      }
    }
  }
  return photos.sort((a, b) => (a.name < b.name ? -1 : 1));
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

async function photoFile(root: string, name: string, stem: string): Promise<PhotoFile> {
  const person = stem.normalize('NFC');
  const file = path.join(root, name);
  return { person, name, path: file, refused: (await refusal(root, file)) ?? nameRefusal(person) };
}

async function refusal(root: string, file: string): Promise<PhotoFile['refused']> {
  const target = await realpath(file).catch(() => null);
  if (target === null)
    return { fault: 'unreadable', message: 'points to a file that does not exist; copy the photo itself' };
  if (target === root || target.startsWith(root + path.sep)) return null;
  return { fault: 'outside', message: 'is a link to a place outside the gallery; copy the photo itself' };
}

function nameRefusal(person: string): PhotoFile['refused'] {
  if (PERSON.test(person)) return null;
  return {
    fault: 'bad_name',
    message: `"${person}" is no name: use up to 64 letters, digits, spaces, hyphens, apostrophes and underscores`,
  };
}
