import { setImmediate as breathe } from 'node:timers/promises';
import type { Box, Size } from '../core/geometry.js';
import { type Landmarks, mapLandmarks } from '../face/detection.js';
import { type LookedFace, markOf, markText } from '../face/faceMark.js';
import { facePattern } from '../face/facePattern.js';
import { type Area, wholeOf } from '../image/crop.js';
import type { Image } from '../image/image.js';
import type { Polygon } from '../image/polygon.js';
import { drawRgbRows } from '../image/rgb.js';
import { aroundFace, type KeptLook } from './keptLook.js';
import type { Pictures } from './pictures.js';

/** How the pictures are encoded. */
export interface JpegSettings {
  /** Wider frames are scaled down to this width, px. */
  maxWidth: number;
  /** JPEG quality, 1..100. */
  quality: number;
  /** Painted over; points are fractions of the frame, 0..1. */
  masks: readonly Polygon[];
}

/** A whole frame as a JPEG of this size. */
export interface FramePicture extends Size {
  jpeg: Uint8Array;
}

/** Pixels per strip. Between strips, the conversion yields to the event loop. */
const STRIP_PX = 128 * 1024;
/** Longest side of the face picture, px: the face in it has about twice the size of an aligned one. */
const MAX_FACE_PX = 640;
/**
 * Lowest quality of the face picture, which may become a photo of the gallery: the embedding stays the same to 0.98 in small and dark
 * ones, and to 0.99 in others.
 */
const FACE_QUALITY = { small: 98, large: 92 };
const SMALL_PX = 320;
const BOX_COLOUR = '#39d353';
const MASK_COLOUR = '#808080';

/**
 * Encodes the pictures of a look: the face, and the frame where the look has it. Sharp works on threads of its own; the
 * conversion before it yields to the event loop.
 */
export async function encodePictures(look: KeptLook, settings: JpegSettings): Promise<Pictures> {
  const { maxWidth, quality, masks } = settings;
  const { image, area: shown, frame: size, face, quality: measured } = look;
  const sharp = await loadSharp();
  const rgb = await toRgb(image);
  const picture = (area: Area, scaled: Size, outline: Box | null) =>
    sharp(rgb, { raw: { width: image.width, height: image.height, channels: 3 } })
      .extract({ ...area, left: area.left - shown.left, top: area.top - shown.top })
      .resize({ ...scaled, fit: 'fill' })
      .composite([{ input: overlay(size, area, scaled, masks, outline) }]);
  const isWhole = image.width === size.width && image.height === size.height;
  const whole = wholeOf(size);
  const frame = isWhole
    ? await picture(whole, scaledInto(whole, { width: maxWidth, height: Number.POSITIVE_INFINITY }), face.box)
        .jpeg({ quality })
        .toBuffer()
    : null;
  const around = aroundFace(face.box, size);
  const scaled = scaledInto(around, { width: MAX_FACE_PX, height: MAX_FACE_PX });
  const colours: Image = { ...image, format: 'rgb24', pixels: new Uint8Array(rgb.buffer) };
  const pattern = facePattern(colours, within(face, shown).aligned);
  const isSmall = Math.max(scaled.width, scaled.height) < SMALL_PX;
  const closeUp = picture(around, scaled, null).jpeg({
    quality: Math.max(quality, FACE_QUALITY[isSmall ? 'small' : 'large']),
    chromaSubsampling: '4:4:4',
  });
  if (pattern) closeUp.withXmp(markText(markOf(within(face, around), around, pattern), scaled));
  const close = await closeUp.toBuffer();
  return { frame, face: close, quality: measured };
}

/** A face of the frame in px of a part of it. */
function within({ box, landmarks, aligned, score }: LookedFace, { left, top }: Area): LookedFace {
  const moved = (all: Landmarks) => mapLandmarks(all, ([x, y]) => [x - left, y - top]);
  const { x1, y1, x2, y2 } = box;
  return {
    box: { x1: x1 - left, y1: y1 - top, x2: x2 - left, y2: y2 - top },
    landmarks: moved(landmarks),
    aligned: moved(aligned),
    score,
  };
}

/** Encodes a whole frame, without any box. */
export async function encodeFrame(
  image: Image,
  { maxWidth, quality, masks }: JpegSettings,
): Promise<FramePicture> {
  const sharp = await loadSharp();
  const size = { width: image.width, height: image.height };
  const scaled = scaledInto(size, { width: maxWidth, height: Number.POSITIVE_INFINITY });
  const picture = sharp(await toRgb(image), { raw: { ...size, channels: 3 } });
  if (scaled.width < size.width) picture.resize({ ...scaled, fit: 'fill' });
  if (masks.length > 0)
    picture.composite([{ input: overlay(size, { left: 0, top: 0, ...size }, scaled, masks, null) }]);
  // A third less time for a twentieth more bytes: most of these pictures are looked at once.
  const jpeg = await picture.jpeg({ quality, optimiseCoding: false }).toBuffer();
  return { ...scaled, jpeg };
}

async function loadSharp() {
  const { default: sharp } = await import('sharp');
  // No picture is encoded twice, and the cores belong to the networks.
  sharp.cache(false);
  sharp.concurrency(1);
  return sharp;
}

async function toRgb(image: Image): Promise<Uint8ClampedArray> {
  const rgb = new Uint8ClampedArray(image.width * image.height * 3);
  const rows = Math.max(2, Math.floor(STRIP_PX / image.width) & ~1);
  for (let from = 0; from < image.height; from += rows) {
    drawRgbRows(image, from, Math.min(image.height, from + rows), rgb);
    await breathe();
  }
  return rgb;
}

/** The SVG painted over an area of the frame: the masks and the box. */
function overlay(
  { width, height }: Size,
  area: Area,
  scaled: Size,
  masks: readonly Polygon[],
  box: Box | null,
): Buffer {
  const drawn = masks.map((points) => {
    const corners = points.map(([x, y]) => `${(x * width).toFixed(1)},${(y * height).toFixed(1)}`);
    return `<polygon fill-rule="evenodd" fill="${MASK_COLOUR}" points="${corners.join(' ')}"/>`;
  });
  if (box) {
    const stroke = (Math.max(2, scaled.width / 400) * area.width) / scaled.width;
    drawn.push(
      `<path d="M${box.x1},${box.y1}H${box.x2}V${box.y2}H${box.x1}Z" fill="none" stroke="${BOX_COLOUR}" stroke-width="${stroke}"/>`,
    );
  }
  const view = `viewBox="${area.left} ${area.top} ${area.width} ${area.height}" preserveAspectRatio="none"`;
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${scaled.width}" height="${scaled.height}" ${view}>${drawn.join('')}</svg>`,
  );
}

/** The size of an area scaled down to fit. */
function scaledInto({ width, height }: Size, most: Size): Size {
  const scale = Math.min(1, most.width / width, most.height / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
