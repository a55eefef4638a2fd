import type { Point } from '../core/geometry.js';
import type { Image } from '../image/image.js';
import { type Channels, channelPlanes, type Normalisation, normTables } from '../image/normalisation.js';
import { type Similarity, warp } from '../image/warp.js';
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

/**
 * A square view of an image that shows a face as if aligned.
 *
 * @param aligned maps image px to {@link TEMPLATE}
 * @param centre what of the template is in the middle of the view
 * @param scale px of the view per px of the template
 * @returns maps px of the view to image px; null when `aligned` maps everything to a point
 */
export function alignedView(
  { a, b, tx, ty }: Similarity,
  [x, y]: Point,
  scale: number,
  side: number,
): Similarity | null {
  return invertSimilarity({
    a: a * scale,
    b: b * scale,
    tx: (tx - x) * scale + side / 2,
    ty: (ty - y) * scale + side / 2,
  });
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
    warp(image, back, { left: 0, side: CROP_PX, rowLength: CROP_PX }, planes, this.#norm, this.luma);
    return true;
  }
}
