import { SpotterError, throwIfInterrupted } from '../src/core/errors.js';
import type { Size } from '../src/core/geometry.js';
import { area } from '../src/face/box.js';
import type { Detection } from '../src/face/detection.js';
import { failedLimit, geometricQuality, type UnusableReason } from '../src/face/quality.js';
import { isPlausible } from '../src/face/scales.js';
import { usePhoto } from '../src/gallery/photo.js';
import { findFaces, type PhotoFaceEngine, type PhotoSearch } from '../src/gallery/photoFaces.js';
import { usePhotoFile } from '../src/gallery/photoFile.js';
import type { Image } from '../src/image/image.js';

/** Which face of a photo is the person: the largest, or the one nearest the middle. */
export type FaceMeant = 'largest' | 'middle';

/** One look at the face of a photo. */
export type PhotoLook =
  | { state: 'usable'; embedding: Float32Array }
  /** A face that fails the limits of `quality`: a camera would give it no name. */
  | { state: 'unusable'; embedding: Float32Array; reason: UnusableReason }
  | { state: 'noFace' }
  | { state: 'unreadable'; message: string };

/** How photos are looked at. */
export interface PhotoLookOptions {
  faceEngine: PhotoFaceEngine;
  search: PhotoSearch;
  /** Largest photo, in millions of pixels. */
  maxMegapixels: number;
  face: FaceMeant;
  /** Photos in work at a time, from 1. */
  atATime: number;
  signal: AbortSignal;
  /** Called after every photo. */
  onProgress: (done: number, total: number) => void;
}

/**
 * Looks once at every photo, as `detect` does: detection at several scales, quality, alignment, embedding.
 *
 * @param files paths; a photo that is named twice is looked at once
 * @returns by path
 * @throws SpotterError interrupted; those of the worker pool
 */
export async function lookAtPhotos(
  files: readonly string[],
  options: PhotoLookOptions,
): Promise<ReadonlyMap<string, PhotoLook>> {
  const { atATime, signal, onProgress } = options;
  const photos = [...new Set(files)];
  const looks = new Map<string, PhotoLook>();
  let next = 0;
  const lookAtSome = async () => {
    while (next < photos.length && !signal.aborted) {
      const file = photos[next++];
      looks.set(file, await lookAtPhoto(file, options));
      onProgress(looks.size, photos.length);
    }
  };
  await Promise.all(Array.from({ length: atATime }, lookAtSome));
  throwIfInterrupted(signal);
  return looks;
}

async function lookAtPhoto(file: string, options: PhotoLookOptions): Promise<PhotoLook> {
  try {
    return await usePhotoFile<PhotoLook>(
      file,
      (bytes) => usePhoto(bytes, file, options.maxMegapixels, ({ image }) => lookAtFace(image, options)),
      ({ message }) => ({ state: 'unreadable', message: `${file} ${message}` }),
    );
  } catch (error) {
    const isPhoto = error instanceof SpotterError && error.code.startsWith('photo.');
    if (!isPhoto) throw error;
    return { state: 'unreadable', message: error.message };
  }
}

async function lookAtFace(
  image: Image,
  { faceEngine, search, face }: Pick<PhotoLookOptions, 'faceEngine' | 'search' | 'face'>,
): Promise<PhotoLook> {
  const limits = search.quality;
  const found = await findFaces(faceEngine, image, search);
  const meant = faceMeant(
    found.filter((detection) => isPlausible(detection, limits)),
    image,
    face,
  );
  if (!meant) return { state: 'noFace' };
  const { looks } = await faceEngine.look({
    image,
    faces: [meant.landmarks],
    minSharpness: 0,
    gallery: null,
  });
  const [{ embedding, sharpness }] = looks;
  if (!embedding) return { state: 'noFace' };
  const reason = failedLimit({ ...geometricQuality(meant), sharpness }, limits);
  return reason === null ? { state: 'usable', embedding } : { state: 'unusable', embedding, reason };
}

/** The face of a photo that is the person; null without faces. @param size of the picture, px */
export function faceMeant(faces: readonly Detection[], size: Size, which: FaceMeant): Detection | null {
  const rank = ({ box }: Detection) =>
    which === 'largest'
      ? -area(box)
      : Math.hypot(box.x1 + box.x2 - size.width, box.y1 + box.y2 - size.height);
  return faces.reduce<Detection | null>(
    (best, face) => (best && rank(best) <= rank(face) ? best : face),
    null,
  );
}
