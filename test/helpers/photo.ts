import { type Photo, usePhoto } from '../../src/gallery/photo.js';

/** A photo that stays in memory. */
export function decodePhoto(bytes: Uint8Array, name: string, maxMegapixels: number): Promise<Photo> {
  return usePhoto(bytes, name, maxMegapixels, async ({ image, ...photo }) => ({
    ...photo,
    image: { ...image, pixels: image.pixels.slice() },
  }));
}
