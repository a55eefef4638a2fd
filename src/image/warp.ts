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
  const sampled = sampler(image, side);
  for (let y = 0; y < side; y++) {
    const values = sampled(toImage.tx - toImage.b * y, toImage.ty + toImage.a * y, toImage);
    const start = y * rowLength + left;
    for (let x = 0, o = start; x < side; x++, o++) {
      planes.r[o] = r[values.r[x] + NORM_OFFSET];
      planes.g[o] = g[values.g[x] + NORM_OFFSET];
      planes.b[o] = b[values.b[x] + NORM_OFFSET];
    }
    luma?.set(values.luma, start);
  }
}

/** Red, green and blue (about 0..255) of a row of pixels, and its luma, 0..255. */
interface Row {
  r: Int32Array;
  g: Int32Array;
  b: Int32Array;
  luma: Uint8ClampedArray;
}

/** Returns pixels along a line that begins at a position in source px; by rows, since single numbers would be garbage. */
type Sampler = (x: number, y: number, step: Pick<Similarity, 'a' | 'b'>) => Row;

const BLACK_OUTSIDE = 0;

function sampler(image: Image, side: number): Sampler {
  const { pixels, width, height } = image;
  const row = {
    r: new Int32Array(side),
    g: new Int32Array(side),
    b: new Int32Array(side),
    luma: new Uint8ClampedArray(side),
  };
  const plane = () => new Float64Array(side);
  const [first, second, third] = [plane(), plane(), plane()];
  if (image.format === 'rgb24') {
    return (x, y, { a, b }) => {
      for (const [channel, out] of [first, second, third].entries())
        bilinear(pixels, channel, width, height, 3, x, y, a, b, 1, 0, BLACK_OUTSIDE, out);
      for (let i = 0; i < side; i++) {
        row.r[i] = first[i] + 0.5;
        row.g[i] = second[i] + 0.5;
        row.b[i] = third[i] + 0.5;
        row.luma[i] = Math.trunc(0.299 * first[i] + 0.587 * second[i] + 0.114 * third[i] + 0.5);
      }
      return row;
    };
  }
  const chromaWidth = chromaLength(width);
  const chromaHeight = chromaLength(height);
  const uPlane = width * height;
  const vPlane = uPlane + chromaWidth * chromaHeight;
  const { luma, rv, gu, gv, bu, bias } = yuvWeights(image.colour);
  const black = image.colour.fullRange ? 0 : 16;
  const lumaToFull = image.colour.fullRange ? 1 : 255 / 219;
  const ONE = 1 << COLOUR_BITS;
  return (x, y, { a, b }) => {
    bilinear(pixels, 0, width, height, 1, x, y, a, b, 1, 0, black, first);
    // MPEG-2 siting: a chroma sample lies on the left one of its two luma columns, halfway between its two rows.
    bilinear(pixels, uPlane, chromaWidth, chromaHeight, 1, x, y, a, b, 0.5, 0.5, 128, second);
    bilinear(pixels, vPlane, chromaWidth, chromaHeight, 1, x, y, a, b, 0.5, 0.5, 128, third);
    for (let i = 0; i < side; i++) {
      const base = first[i] * luma + bias;
      const u = second[i] - 128;
      const v = third[i] - 128;
      row.r[i] = (base + v * rv) / ONE;
      row.g[i] = (base - u * gu - v * gv) / ONE;
      row.b[i] = (base + u * bu) / ONE;
      row.luma[i] = Math.trunc((first[i] - black) * lumaToFull + 0.5);
    }
    return row;
  };
}

/**
 * Bilinear interpolation along a line in one plane of bytes.
 *
 * @param step bytes from pixel to pixel
 * @param x where the line begins, source px
 * @param dx from one value to the next, source px
 * @param scale pixels of the plane per source px
 * @param above how far above the plane the source begins, source px
 * @param outside the value off the plane
 */
function bilinear(
  pixels: Uint8Array,
  start: number,
  width: number,
  height: number,
  step: number,
  x: number,
  y: number,
  dx: number,
  dy: number,
  scale: number,
  above: number,
  outside: number,
  out: Float64Array,
): void {
  for (let o = 0, sx = x, sy = y; o < out.length; o++, sx += dx, sy += dy) {
    const px = sx * scale;
    const py = (sy - above) * scale;
    const x0 = Math.floor(px) | 0;
    const y0 = Math.floor(py) | 0;
    const wx = px - x0;
    const wy = py - y0;
    const i = start + (y0 * width + x0) * step;
    const below = i + width * step;
    if (x0 >= 0 && y0 >= 0 && x0 < width - 1 && y0 < height - 1) {
      const upper = pixels[i] + (pixels[i + step] - pixels[i]) * wx;
      const lower = pixels[below] + (pixels[below + step] - pixels[below]) * wx;
      out[o] = upper + (lower - upper) * wy;
      continue;
    }
    const hasLeft = x0 >= 0 && x0 < width;
    const hasRight = x0 >= -1 && x0 < width - 1;
    const hasTop = y0 >= 0 && y0 < height;
    const hasBottom = y0 >= -1 && y0 < height - 1;
    const upper =
      (hasLeft && hasTop ? pixels[i] : outside) * (1 - wx) +
      (hasRight && hasTop ? pixels[i + step] : outside) * wx;
    const lower =
      (hasLeft && hasBottom ? pixels[below] : outside) * (1 - wx) +
      (hasRight && hasBottom ? pixels[below + step] : outside) * wx;
    out[o] = upper * (1 - wy) + lower * wy;
  }
}
