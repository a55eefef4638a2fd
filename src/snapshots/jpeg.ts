import { setImmediate as breathe } from 'node:timers/promises';
import type { Box, Size } from '../core/geometry.js';
import type { Image } from '../image/image.js';
import type { Polygon } from '../image/polygon.js';
import { drawRgbRows } from '../image/rgb.js';
import type { Pictures } from './pictures.js';

/** A part of a picture, in whole px. */
interface Area extends Size {
  left: number;
  top: number;
}

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
/** Margin around the face on each side, as a fraction of its size. */
const MARGIN = 0.4;
/** Longest side of the face picture, px. */
const MAX_FACE_PX = 512;
const BOX_COLOUR = '#39d353';
const MASK_COLOUR = '#808080';

/**
 * Encodes the two pictures of a face. Sharp works on threads of its own; the conversion before it yields to the event
 * loop.
 *
 * @param box the face, in px of the image
 */
export async function encodePictures(image: Image, box: Box, settings: JpegSettings): Promise<Pictures> {
  const { maxWidth, quality, masks } = settings;
  const sharp = await loadSharp();
  const size = { width: image.width, height: image.height };
  const rgb = await toRgb(image);
  const whole = { left: 0, top: 0, ...size };
  const picture = (area: Area, most: Size, outline: Box | null) => {
    const scaled = scaledInto(area, most);
    return sharp(rgb, { raw: { ...size, channels: 3 } })
      .extract(area)
      .resize({ ...scaled, fit: 'fill' })
      .composite([{ input: overlay(size, area, scaled, masks, outline) }])
      .jpeg({ quality })
      .toBuffer();
  };
  const frame = await picture(whole, { width: maxWidth, height: Number.POSITIVE_INFINITY }, box);
  const face = await picture(around(box, size), { width: MAX_FACE_PX, height: MAX_FACE_PX }, null);
  return { frame, face };
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

/** The face with its margin, clipped to the frame; whole px, at least one. */
function around({ x1, y1, x2, y2 }: Box, { width, height }: Size): Area {
  const mx = (x2 - x1) * MARGIN;
  const my = (y2 - y1) * MARGIN;
  const left = clamp(Math.floor(x1 - mx), 0, width - 1);
  const top = clamp(Math.floor(y1 - my), 0, height - 1);
  const right = clamp(Math.ceil(x2 + mx), left + 1, width);
  const bottom = clamp(Math.ceil(y2 + my), top + 1, height);
  return { left, top, width: right - left, height: bottom - top };
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

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
