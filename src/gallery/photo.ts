import type { Metadata, Sharp, default as SharpModule } from 'sharp';
import { describeError, SpotterError } from '../core/errors.js';
import type { Size } from '../core/geometry.js';
import type { Image } from '../image/image.js';

import { decodeCost } from './decodeCost.js';
import { MemoryBudget } from './memoryBudget.js';
import { foreignFormat } from './photoFiles.js';

/** A decoded photo: upright, sRGB, 8 bits per channel, opaque. */
export interface Photo {
  image: Image;
  /** Upright size of the file's picture, px. */
  source: Size;
  /** Image px per photo px: below 1 when a side of the photo was longer than {@link MAX_SIDE_PX}. */
  scale: number;
}

/** Of a GIF the first picture; `heif` is AVIF, see {@link foreignFormat}. */
const FORMATS = new Set(['jpeg', 'png', 'webp', 'heif', 'tiff', 'gif']);
/** Larger photos are scaled down while decoding: a face crop has 112 px, and 50 MB are enough for one photo. */
const MAX_SIDE_PX = 4096;
/** Photos that a decoder must hold as a whole are refused when that takes more. */
const MAX_WHOLE_BYTES = 100e6;
/** For all photos that are in use: one of the largest at a time, or some of the usual size. */
const inUse = new MemoryBudget(160e6);
/** What shows through a transparent photo. */
const BACKDROP = { r: 128, g: 128, b: 128 };

/** A photo whose header has been read and accepted. */
interface Opened {
  pipeline: Sharp;
  source: Size;
  /** Estimated memory from decoding to the end of its use. */
  bytes: number;
}

/**
 * Decodes a photo: EXIF orientation applied, CMYK, grey, 16 bits and palettes converted, transparency filled. Waits while the
 * photos in use take too much memory.
 *
 * @param bytes the file
 * @param name how errors call it
 * @param maxMegapixels largest photo, in millions of pixels
 * @param use works with the photo; its memory may be freed afterwards
 * @throws SpotterError photo.unreadable, photo.too_large; whatever `use` throws
 */
export async function usePhoto<T>(
  bytes: Uint8Array,
  name: string,
  maxMegapixels: number,
  use: (photo: Photo) => Promise<T>,
): Promise<T> {
  const opened = await openPhoto(bytes, name, maxMegapixels);
  return inUse.use(opened.bytes, async () => use(await decode(opened, name)));
}

async function openPhoto(bytes: Uint8Array, name: string, maxMegapixels: number): Promise<Opened> {
  if (bytes.length === 0) throw new SpotterError('photo.unreadable', `${name} is empty; copy it again`);
  const foreign = foreignFormat(bytes);
  if (foreign !== null) throw new SpotterError('photo.unreadable', `${name} ${foreign}`);
  const sharp = await loadSharp();
  // Counts pixels, not bytes, so it is checked below.
  const pipeline = sharp(bytes, { limitInputPixels: false, failOn: 'error', sequentialRead: true });
  const meta = await pipeline.metadata().catch((cause: unknown) => {
    throw damaged(name, cause);
  });
  const source = readSize(meta, name, maxMegapixels);
  const { wholeBytes, kind, advice } = decodeCost(meta, source);
  if (wholeBytes > MAX_WHOLE_BYTES) {
    const [needed, most] = [wholeBytes, MAX_WHOLE_BYTES].map((size) => Math.ceil(size / 1e6));
    throw new SpotterError(
      'photo.too_large',
      `${name} takes ${needed} MB of memory as ${kind}, over the limit of ${most} MB; ${advice}, or scale it down`,
    );
  }
  const scale = Math.min(1, MAX_SIDE_PX / Math.max(source.width, source.height));
  // As sharp returns it, and in shared memory.
  const resultBytes = 2 * 3 * source.width * source.height * scale ** 2;
  return { pipeline, source, bytes: wholeBytes + resultBytes };
}

async function decode({ pipeline, source }: Opened, name: string): Promise<Photo> {
  try {
    const { data, info } = await pipeline
      .autoOrient()
      .resize({ width: MAX_SIDE_PX, height: MAX_SIDE_PX, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: BACKDROP })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const image: Image = {
      width: info.width,
      height: info.height,
      format: 'rgb24',
      colour: { matrix: 'bt601', fullRange: true },
      pixels: toRgb(data, info.channels),
    };
    return { image, source, scale: info.width / source.width };
  } catch (cause) {
    throw damaged(name, cause);
  }
}

function damaged(name: string, cause: unknown): SpotterError {
  const why = describeError(cause).replace(/^Input (buffer|file) (has |contains )?/, '');
  return new SpotterError('photo.unreadable', `${name} is damaged or not a picture (${why}); copy it again`, {
    cause,
  });
}

/** Loaded on first use: a start with all photos in the cache does not pay for it. */
async function loadSharp(): Promise<typeof SharpModule> {
  const { default: sharp } = await import('sharp');
  // No photo is decoded twice, and several are already decoded at a time.
  sharp.cache(false);
  sharp.concurrency(1);
  return sharp;
}

function readSize(meta: Metadata, name: string, maxMegapixels: number): Size {
  if (!FORMATS.has(meta.format)) {
    throw new SpotterError(
      'photo.unreadable',
      `${name} is a ${meta.format} picture; save it as JPEG, PNG or WebP`,
    );
  }
  const { width, height } = meta.autoOrient;
  if (width * height > maxMegapixels * 1e6) {
    throw new SpotterError(
      'photo.too_large',
      `${name} has ${width} x ${height} px, over the limit of ${maxMegapixels} million; scale it down or raise photos.maxMegapixels`,
    );
  }
  return { width, height };
}

/** Three channels in shared memory; grey pictures may come with one. */
function toRgb(data: Uint8Array, channels: number): Uint8Array {
  const count = data.length / channels;
  const rgb = new Uint8Array(new SharedArrayBuffer(count * 3));
  if (channels === 3) rgb.set(data);
  else {
    const [g, b] = channels > 3 ? [1, 2] : [0, 0];
    for (let i = 0; i < count; i++) {
      rgb[i * 3] = data[i * channels];
      rgb[i * 3 + 1] = data[i * channels + g];
      rgb[i * 3 + 2] = data[i * channels + b];
    }
  }
  return rgb;
}
