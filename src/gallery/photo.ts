import type { Metadata, Sharp, default as SharpModule } from 'sharp';
import { ByteBudget } from '../core/byteBudget.js';
import { describeError, SpotterError } from '../core/errors.js';
import { collectGarbage } from '../core/garbage.js';
import type { Size } from '../core/geometry.js';
import type { Image } from '../image/image.js';
import { foreignFormat } from './photoFiles.js';
import { PHOTO_MEMORY_BYTES, type PhotoPlan, planPhoto } from './photoPlan.js';
import { PixelMemory } from './pixelMemory.js';
import { tiffLayout } from './tiffLayout.js';

/** A decoded photo: upright, sRGB, 8 bits per channel, opaque. */
export interface Photo {
  image: Image;
  /** Upright size of the file's picture, px. */
  source: Size;
  /** Its XMP, which may say where the face is; null without any. */
  xmp: string | null;
  /** Image px per photo px: below 1 for a photo that is larger than a face needs, or than the memory allows. */
  scale: number;
}

/** Of a GIF the first picture; `heif` is AVIF, see {@link foreignFormat}. */
const FORMATS = new Set(['jpeg', 'png', 'webp', 'heif', 'tiff', 'gif']);
const inUse = new ByteBudget(PHOTO_MEMORY_BYTES);
const pixelMemory = new PixelMemory();
/** After decoding a photo that takes more than this, garbage is collected at once: what the decoder returned waits for it. */
const MUCH_BYTES = 60e6;
/** What shows through a transparent photo. */
const BACKDROP = { r: 128, g: 128, b: 128 };

/** A photo whose header has been read and accepted. */
interface Opened {
  pipeline: Sharp;
  source: Size;
  xmp: string | null;
  plan: PhotoPlan;
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
  try {
    return await inUse.use(opened.plan.bytes, async (keep) => {
      const { photo, memory } = await decode(opened, name);
      try {
        if (opened.plan.bytes > MUCH_BYTES) collectGarbage();
        keep(bytes.length + memory.byteLength);
        return await use(photo);
      } finally {
        pixelMemory.give(memory);
      }
    });
  } finally {
    if (inUse.isIdle) pixelMemory.clear();
  }
}

/**
 * A photo as a small JPEG, upright as {@link usePhoto} returns it. Decodes no more of it than that takes.
 *
 * @param side its longest side, px
 * @returns with the upright size of the photo, px
 * @throws SpotterError photo.unreadable, photo.too_large
 */
export async function thumbnailOf(
  bytes: Uint8Array,
  name: string,
  maxMegapixels: number,
  side: number,
): Promise<{ jpeg: Buffer; source: Size }> {
  const { pipeline, source, plan } = await openPhoto(bytes, name, maxMegapixels);
  const jpeg = await inUse.use(plan.bytes, () =>
    scaled(pipeline, side)
      .jpeg({ quality: 70 })
      .toBuffer()
      .catch((cause: unknown) => {
        throw damaged(name, cause);
      }),
  );
  return { jpeg, source };
}

/** A picture of three channels, 8 bits each, as PNG with a palette: for few colours. */
export async function encodePng(pixels: Uint8Array, size: Size): Promise<Buffer> {
  const sharp = await loadSharp();
  const png = { palette: true, dither: 0, compressionLevel: 9 };
  return sharp(pixels, { raw: { ...size, channels: 3 } })
    .png(png)
    .toBuffer();
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
  const header = meta.format === 'tiff' ? { ...meta, layout: tiffLayout(bytes) } : meta;
  const isTurned = (meta.orientation ?? 1) > 1;
  const plan = planPhoto(name, header, meta, { length: bytes.length, isTurned });
  return { pipeline, source, plan, xmp: meta.xmpAsString ?? null };
}

async function decode({ pipeline, source, plan, xmp }: Opened, name: string) {
  const { data, info } = await decodePixels(pipeline, plan.side).catch((cause: unknown) => {
    throw damaged(name, cause);
  });
  const { width, height, channels } = info;
  const memory = pixelMemory.take(3 * width * height);
  const colour = { matrix: 'bt601', fullRange: true } as const;
  const image: Image = { width, height, format: 'rgb24', colour, pixels: toRgb(data, channels, memory) };
  const photo: Photo = { image, source, xmp, scale: width / source.width };
  return { photo, memory };
}

function decodePixels(pipeline: Sharp, side: number) {
  return scaled(pipeline, side).raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
}

function scaled(pipeline: Sharp, side: number): Sharp {
  return pipeline
    .autoOrient()
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: BACKDROP })
    .toColourspace('srgb');
}

function damaged(name: string, cause: unknown): SpotterError {
  const why = describeError(cause).replace(/^Input (buffer|file) (has |contains )?|:\s*$/g, '');
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
function toRgb(data: Uint8Array, channels: number, memory: SharedArrayBuffer): Uint8Array {
  const count = data.length / channels;
  const rgb = new Uint8Array(memory, 0, count * 3);
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
