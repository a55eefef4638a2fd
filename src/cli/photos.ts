import { stat } from 'node:fs/promises';
import type { Config } from '../config/schema.js';
import { SpotterError } from '../core/errors.js';
import type { Detection } from '../face/detection.js';
import { type Photo, usePhoto } from '../gallery/photo.js';
import { findFaces, type PhotoFaceEngine } from '../gallery/photoFaces.js';
import { usePhotoFile } from '../gallery/photoFile.js';

/** A photo and its faces, in px of the decoded image, best score first. */
export type PhotoWithFaces = Photo & { detections: Detection[] };

/**
 * Reads a photo given on the command line and finds its faces.
 *
 * @param use works with the photo; its memory may be freed afterwards
 * @throws SpotterError photo.unreadable, photo.too_large; whatever `use` throws
 */
export async function useFacesInPhoto<T>(
  file: string,
  faceEngine: PhotoFaceEngine,
  { photos, quality }: Config,
  use: (photo: PhotoWithFaces) => Promise<T>,
): Promise<T> {
  const stats = await stat(file).catch(() => null);
  if (stats?.isDirectory())
    throw new SpotterError('photo.unreadable', `${file} is a folder; give the photo files in it`);
  if (stats?.isFile() === false)
    throw new SpotterError('photo.unreadable', `${file} is a device or pipe, not a file; give a photo`);
  return usePhotoFile(
    file,
    (bytes) =>
      usePhoto(bytes, file, photos.maxMegapixels, async (photo) =>
        use({ ...photo, detections: await findFaces(faceEngine, photo.image, quality) }),
      ),
    ({ fault, message }) => {
      throw new SpotterError(`photo.${fault}`, `${file} ${message}`);
    },
  );
}
