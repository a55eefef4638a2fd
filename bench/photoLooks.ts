import { SpotterError, throwIfInterrupted } from '../src/core/errors.js';
import type { Size } from '../src/core/geometry.js';
import { area } from '../src/face/box.js';
import type { Detection } from '../src/face/detection.js';
import { failedLimit, lookedQuality, type Quality, type UnusableReason } from '../src/face/quality.js';
import { isPlausible } from '../src/face/scales.js';
import type { Refinement } from '../src/face/uprightViews.js';
import { usePhoto } from '../src/gallery/photo.js';
import { findFaces, type PhotoFaceEngine, type PhotoSearch } from '../src/gallery/photoFaces.js';
import { usePhotoFile } from '../src/gallery/photoFile.js';
import type { Image } from '../src/image/image.js';

/** Which face of a photo is the person: the largest, or the one nearest the middle. */
export type FaceMeant = 'largest' | 'middle';

/** One look at the face of a photo. */
export type PhotoLook =
  | { state: 'usable'; embedding: Float32Array; quality: Quality }
  /** A face that fails the limits of `quality`: a camera would give it no name. */
  | { state: 'unusable'; embedding: Float32Array; quality: Quality; reason: UnusableReason }
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
 * Looks once at every photo: detection at several scales, as `detect` does, then quality, alignment and embedding as for the gallery.
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
  return withPhoto<PhotoLook>(
    file,
    options,
    async (image) => lookAtFace(image, await findFace(image, options), options),
    (message) => ({ state: 'unreadable', message }),
  );
}

/**
 * Decodes a photo.
 *
 * @param use works with the picture; its memory may be freed afterwards
 * @param refuse called instead when the photo cannot be read, with a sentence that names it
 * @throws whatever `use` throws
 */
export async function withPhoto<T>(
  file: string,
  { maxMegapixels }: Pick<PhotoLookOptions, 'maxMegapixels'>,
  use: (image: Image) => Promise<T>,
  refuse: (message: string) => T,
): Promise<T> {
  try {
    return await usePhotoFile<T>(
      file,
      (bytes) => usePhoto(bytes, file, maxMegapixels, ({ image }) => use(image)),
      ({ message }) => refuse(`${file} ${message}`),
    );
  } catch (error) {
    const isPhoto = error instanceof SpotterError && error.code.startsWith('photo.');
    if (!isPhoto) throw error;
    return refuse(error.message);
  }
}

/** Finds the face of a picture that is meant, as `detect` does; null when there is none. @throws SpotterError of the worker pool */
export async function findFace(
  image: Image,
  { faceEngine, search, face }: Pick<PhotoLookOptions, 'faceEngine' | 'search' | 'face'>,
): Promise<Detection | null> {
  const found = await findFaces(faceEngine, image, search);
  return faceMeant(
    found.filter((detection) => isPlausible(detection, search.quality)),
    image,
    face,
  );
}

/**
 * Looks once at a face: quality, alignment, embedding.
 *
 * @param meant null: no face
 * @param refinement as of a LookTask; by default as with photos
 * @throws SpotterError of the worker pool
 */
export async function lookAtFace(
  image: Image,
  meant: Detection | null,
  { faceEngine, search }: Pick<PhotoLookOptions, 'faceEngine' | 'search'>,
  refinement: Refinement = 'all',
): Promise<PhotoLook> {
  const limits = search.quality;
  if (!meant) return { state: 'noFace' };
  const { looks } = await faceEngine.look({
    image,
    faces: [meant.landmarks],
    refinement,
    minSharpness: 0,
    gallery: null,
  });
  const [look] = looks;
  const { embedding } = look;
  if (!embedding) return { state: 'noFace' };
  const quality = lookedQuality(meant, look, limits);
  const reason = failedLimit(quality, limits);
  return reason === null
    ? { state: 'usable', embedding, quality }
    : { state: 'unusable', embedding, quality, reason };
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
