import type { Point } from '../core/geometry.js';
import { COLOUR_BITS, chromaLength, yuvWeights } from './colour.js';
import type { Image } from './image.js';
import { type Channels, NORM_OFFSET } from './normalisation.js';

/** Rotation, uniform scale and translation: x' = a*x - b*y + tx, y' = b*x + a*y + ty. */
export interface Similarity {
  a: number;
  b: number;
  tx: number;
  ty: number;
}

/** Where a point goes. */
export function mapPoint({ a, b, tx, ty }: Similarity, [x, y]: Point): Point {
  return [a * x - b * y + tx, b * x + a * y + ty];
}

/** A square in planes of pixels. */
export interface Square {
  /** Its left column; it begins in the first row. */
  left: number;
  side: number;
  /** Width of the planes. */
  rowLength: number;
}

/**
 * Draws a rotated and scaled part of an image into a square with bilinear interpolation. Pixels outside the image are black.
 *
 * @param toImage maps pixels of the square, from its corner, to image px
 * @param norm tables that normalise the colours
 * @param luma planar as the colours, 0..255; null where it is not needed
 */
export function warp(
  image: Image,
  toImage: Similarity,
  { left, side, rowLength }: Square,
  planes: Channels,
  { r, g, b }: Channels,
  luma: Uint8Array | null,
): void {
  const sample = image.format === 'rgb24' ? rgbSampler(image) : yuvSampler(image);
  const rgb = new Int32Array(3);
  for (let y = 0; y < side; y++) {
    let sx = toImage.tx - toImage.b * y;
    let sy = toImage.ty + toImage.a * y;
    const start = y * rowLength + left;
    for (let o = start; o < start + side; o++, sx += toImage.a, sy += toImage.b) {
      const value = sample(sx, sy, rgb);
      if (luma) luma[o] = value;
      planes.r[o] = r[rgb[0] + NORM_OFFSET];
      planes.g[o] = g[rgb[1] + NORM_OFFSET];
      planes.b[o] = b[rgb[2] + NORM_OFFSET];
    }
  }
}

/** Writes red, green and blue (about 0..255) at a position in source px; returns the luma there, 0..255. */
type Sampler = (x: number, y: number, rgb: Int32Array) => number;

const BLACK_OUTSIDE = 0;

/** Bilinear interpolation in one plane of bytes, `step` bytes from pixel to pixel. `outside` is the value off the plane. */
function bilinear(
  pixels: Uint8Array,
  start: number,
  width: number,
  height: number,
  step: number,
  x: number,
  y: number,
  outside: number,
): number {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const wx = x - x0;
  const wy = y - y0;
  if (x0 >= 0 && y0 >= 0 && x0 < width - 1 && y0 < height - 1) {
    const i = start + (y0 * width + x0) * step;
    const below = i + width * step;
    const upper = pixels[i] + (pixels[i + step] - pixels[i]) * wx;
    const lower = pixels[below] + (pixels[below + step] - pixels[below]) * wx;
    return upper + (lower - upper) * wy;
  }
  const at = (column: number, row: number) =>
    column >= 0 && row >= 0 && column < width && row < height
      ? pixels[start + (row * width + column) * step]
      : outside;
  const upper = at(x0, y0) * (1 - wx) + at(x0 + 1, y0) * wx;
  const lower = at(x0, y0 + 1) * (1 - wx) + at(x0 + 1, y0 + 1) * wx;
  return upper * (1 - wy) + lower * wy;
}

function rgbSampler({ pixels, width, height }: Image): Sampler {
  return (x, y, rgb) => {
    const red = bilinear(pixels, 0, width, height, 3, x, y, BLACK_OUTSIDE);
    const green = bilinear(pixels, 1, width, height, 3, x, y, BLACK_OUTSIDE);
    const blue = bilinear(pixels, 2, width, height, 3, x, y, BLACK_OUTSIDE);
    rgb[0] = red + 0.5;
    rgb[1] = green + 0.5;
    rgb[2] = blue + 0.5;
    return 0.299 * red + 0.587 * green + 0.114 * blue + 0.5;
  };
}

function yuvSampler({ pixels, width, height, colour }: Image): Sampler {
  const chromaWidth = chromaLength(width);
  const chromaHeight = chromaLength(height);
  const uPlane = width * height;
  const vPlane = uPlane + chromaWidth * chromaHeight;
  const { luma, rv, gu, gv, bu, bias } = yuvWeights(colour);
  const black = colour.fullRange ? 0 : 16;
  const lumaToFull = colour.fullRange ? 1 : 255 / 219;
  return (x, y, rgb) => {
    const value = bilinear(pixels, 0, width, height, 1, x, y, black);
    // MPEG-2 siting: a chroma sample lies on the left one of its two luma columns, halfway between its two rows.
    const cx = x / 2;
    const cy = (y - 0.5) / 2;
    const u = bilinear(pixels, uPlane, chromaWidth, chromaHeight, 1, cx, cy, 128) - 128;
    const v = bilinear(pixels, vPlane, chromaWidth, chromaHeight, 1, cx, cy, 128) - 128;
    const base = value * luma + bias;
    rgb[0] = (base + v * rv) / (1 << COLOUR_BITS);
    rgb[1] = (base - u * gu - v * gv) / (1 << COLOUR_BITS);
    rgb[2] = (base + u * bu) / (1 << COLOUR_BITS);
    return Math.min(255, Math.max(0, (value - black) * lumaToFull + 0.5));
  };
}
