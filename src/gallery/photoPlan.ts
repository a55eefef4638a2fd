import { SpotterError } from '../core/errors.js';
import type { Size } from '../core/geometry.js';
import { decodeCost, type PhotoHeader } from './decodeCost.js';

/** For all photos that are in use, bytes: one of the largest at a time, or some of the usual size. */
export const PHOTO_MEMORY_BYTES = 130e6;
/** Larger photos are scaled down while decoding, a side and all of it: a face crop has 112 px. */
export const MAX_SIDE_PX = 4096;
/** A photo that would have to be smaller than this to fit into the memory is refused. */
const MIN_PIXELS = 2e6;
const MEGA = 1e6;

/** How a photo is decoded. */
export interface PhotoPlan {
  /** Longest side of the result, px. */
  side: number;
  /** Memory from decoding to the end of its use, bytes. */
  bytes: number;
}

/**
 * Plans how large a photo can be decoded within {@link PHOTO_MEMORY_BYTES}: at up to 4096 px a side, smaller where its file and
 * its decoder take much of the memory.
 *
 * @param name how errors call it
 * @param source as stored, px
 * @param file its length, bytes, and whether its picture is turned or mirrored by its EXIF orientation
 * @throws SpotterError photo.too_large
 */
export function planPhoto(
  name: string,
  header: PhotoHeader,
  source: Size,
  file: { length: number; isTurned: boolean },
): PhotoPlan {
  const { bytes: decoderBytes, kind, advice } = decodeCost(header, source);
  const pixels = source.width * source.height;
  // As the decoder returns it, and in shared memory; turning makes a third.
  const pixelBytes = 3 * (file.isTurned ? 3 : 2);
  const roomBytes = PHOTO_MEMORY_BYTES - file.length - decoderBytes;
  const most = Math.min(pixels, Math.max(0, roomBytes / pixelBytes));
  if (most < Math.min(pixels, MIN_PIXELS)) {
    const needed = file.length + decoderBytes + Math.min(pixels, MIN_PIXELS) * pixelBytes;
    const [needs, limit] = [needed, PHOTO_MEMORY_BYTES].map((size) => Math.ceil(size / 1e6));
    const ratio = (PHOTO_MEMORY_BYTES - MIN_PIXELS * pixelBytes) / (file.length + decoderBytes);
    const megapixels = Math.max(1, Math.floor((pixels * ratio) / MEGA));
    throw new SpotterError(
      'photo.too_large',
      `${name} is ${kind} of ${Math.round(pixels / MEGA)} megapixels, which takes ${needs} MB of memory, over the limit of ${limit} MB; ${advice === '' ? '' : `${advice}, or `}scale it down to ${megapixels} megapixels or fewer`,
    );
  }
  const scale = Math.min(1, MAX_SIDE_PX / Math.max(source.width, source.height), Math.sqrt(most / pixels));
  const side = Math.max(1, Math.floor(Math.max(source.width, source.height) * scale));
  return { side, bytes: file.length + decoderBytes + pixels * scale ** 2 * pixelBytes };
}
