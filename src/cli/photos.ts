import { readFile, stat } from 'node:fs/promises';
import type { Config } from '../config/schema.js';
import { hasErrno, SpotterError } from '../core/errors.js';
import type { Detection } from '../face/detection.js';
import { decodePhoto, type Photo } from '../gallery/photo.js';
import { findFaces, type PhotoFaceEngine } from '../gallery/photoFaces.js';

/**
 * Reads a photo given on the command line and finds its faces, in px of the decoded image, best score first.
 *
 * @throws SpotterError photo.unreadable, photo.too_large
 */
export async function facesInPhoto(
  file: string,
  faceEngine: PhotoFaceEngine,
  { photos, quality }: Config,
): Promise<Photo & { detections: Detection[] }> {
  const photo = await readPhoto(file, photos.maxMegapixels);
  return { ...photo, detections: await findFaces(faceEngine, photo.image, quality) };
}

async function readPhoto(file: string, maxMegapixels: number): Promise<Photo> {
  let bytes: Uint8Array;
  try {
    const stats = await stat(file);
    if (stats.isDirectory())
      throw new SpotterError('photo.unreadable', `${file} is a folder; give the photo files in it`);
    if (!stats.isFile())
      throw new SpotterError('photo.unreadable', `${file} is a device or pipe, not a file; give a photo`);
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
