import { COLOUR_BITS, chromaLength, yuvWeights } from '../image/colour.js';
import type { Image } from '../image/image.js';
import {
  type Channels,
  channelPlanes,
  NORM_OFFSET,
  type Normalisation,
  normTables,
} from '../image/normalisation.js';
import type { Landmarks } from './detection.js';

/** Side of an aligned face in px. */
export const CROP_PX = 112;

/**
 * Positions of the five landmarks in an aligned crop, px.
 * Source: InsightFace, `arcface_torch`, and Deng et al., arXiv:1801.07698.
 */
export const TEMPLATE: Landmarks = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
];

/** Rotation, uniform scale and translation: x' = a*x - b*y + tx, y' = b*x + a*y + ty. */
export interface Similarity {
  a: number;
  b: number;
  tx: number;
  ty: number;
}

/**
 * The similarity that maps `from` onto `to` with the least sum of squared distances, never a reflection. Source: Umeyama,
 * "Least-squares estimation of transformation parameters", PAMI 1991; in the plane it has a closed form.
 *
 * @returns null when all points of `from` coincide or are not finite
 */
export function estimateSimilarity(from: Landmarks, to: Landmarks): Similarity | null {
  const centre = (points: Landmarks, axis: 0 | 1) =>
    points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [fx, fy, gx, gy] = [centre(from, 0), centre(from, 1), centre(to, 0), centre(to, 1)];
  let spread = 0;
  let dot = 0;
  let cross = 0;
  for (let i = 0; i < from.length; i++) {
    const x = from[i][0] - fx;
    const y = from[i][1] - fy;
    const u = to[i][0] - gx;
    const v = to[i][1] - gy;
    spread += x * x + y * y;
    dot += x * u + y * v;
    cross += x * v - y * u;
  }
  if (!(spread > 1e-9)) return null;
  const a = dot / spread;
  const b = cross / spread;
  return { a, b, tx: gx - a * fx + b * fy, ty: gy - b * fx - a * fy };
}

/** The inverse; null when the similarity maps everything to a point. */
export function invertSimilarity({ a, b, tx, ty }: Similarity): Similarity | null {
  const det = a * a + b * b;
  if (!(det > 1e-12)) return null;
  const ia = a / det;
  const ib = -b / det;
  return { a: ia, b: ib, tx: -(ia * tx - ib * ty), ty: -(ib * tx + ia * ty) };
}

/** Cuts aligned faces out of images for an embedder. It holds buffers: make one per network. */
export class Aligner {
  readonly #norm: Channels;
  readonly #order: Normalisation['order'];
  /** Luma of the last crop, 0..255, [112, 112]; the sharpness is measured on it. */
  readonly luma = new Uint8Array(CROP_PX * CROP_PX);

  constructor(normalisation: Normalisation) {
    this.#norm = normTables(normalisation);
    this.#order = normalisation.order;
  }

  /**
   * Warps the face onto {@link TEMPLATE} with bilinear interpolation. Pixels outside the image are black.
   *
   * @param out planar, [3, 112, 112], normalised, in the channel order of the network; overwritten completely
   * @returns false, with `out` untouched, when the landmarks span no area
   */
  cut(image: Image, landmarks: Landmarks, out: Float32Array): boolean {
    const forward = estimateSimilarity(landmarks, TEMPLATE);
    const back = forward && invertSimilarity(forward);
    if (!back) return false;
    const planes = channelPlanes(out, CROP_PX * CROP_PX, this.#order);
    const sample = image.format === 'rgb24' ? rgbSampler(image) : yuvSampler(image);
    const { r, g, b } = this.#norm;
    const rgb = new Int32Array(3);
    for (let y = 0, o = 0; y < CROP_PX; y++) {
      let sx = back.tx - back.b * y;
      let sy = back.ty + back.a * y;
      for (let x = 0; x < CROP_PX; x++, o++, sx += back.a, sy += back.b) {
        this.luma[o] = sample(sx, sy, rgb);
        planes.r[o] = r[rgb[0] + NORM_OFFSET];
        planes.g[o] = g[rgb[1] + NORM_OFFSET];
        planes.b[o] = b[rgb[2] + NORM_OFFSET];
      }
    }
    return true;
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
