import { stat } from 'node:fs/promises';
import type { Config } from '../config/schema.js';
import { SpotterError } from '../core/errors.js';
import { type Photo, usePhoto } from '../gallery/photo.js';
import { usePhotoFile } from '../gallery/photoFile.js';

/**
 * Reads a photo given on the command line.
 *
 * @param use works with the photo; its memory may be freed afterwards
 * @throws SpotterError photo.unreadable, photo.too_large; whatever `use` throws
 */
export async function usePhotoArgument<T>(
  file: string,
  { photos }: Config,
  use: (photo: Photo) => Promise<T>,
): Promise<T> {
  const stats = await stat(file).catch(() => null);
  if (stats?.isDirectory())
    throw new SpotterError('photo.unreadable', `${file} is a folder; give the photo files in it`);
  if (stats?.isFile() === false)
    throw new SpotterError('photo.unreadable', `${file} is a device or pipe, not a file; give a photo`);
  return usePhotoFile(
    file,
    (bytes) => usePhoto(bytes, file, photos.maxMegapixels, use),
    ({ fault, message }) => {
      throw new SpotterError(`photo.${fault}`, `${file} ${message}`);
    },
  );
}
