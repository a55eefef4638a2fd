import { readFile, stat } from 'node:fs/promises';
import { hasErrno, SpotterError } from '../errors.js';
import { decodePhoto, type Photo } from '../gallery/photo.js';

/** Reads and decodes a photo given on the command line. @throws SpotterError photo.unreadable, photo.too_large */
export async function readPhoto(file: string, maxMegapixels: number): Promise<Photo> {
  let bytes: Uint8Array;
  try {
    if ((await stat(file)).isDirectory()) {
      throw new SpotterError('photo.unreadable', `${file} is a folder; give the photos in it`);
    }
    bytes = await readFile(file);
  } catch (cause) {
    if (cause instanceof SpotterError) throw cause;
    const why = hasErrno(cause, 'ENOENT', 'ENOTDIR')
      ? 'does not exist; check the path'
      : 'cannot be read; check its permissions';
    throw new SpotterError('photo.unreadable', `${file} ${why}`, { cause });
  }
  return decodePhoto(bytes, file, maxMegapixels);
}
