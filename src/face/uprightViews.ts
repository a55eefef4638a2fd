import type { Box, Point, Size } from '../core/geometry.js';
import { mapPoint, type Similarity, type Square } from '../image/warp.js';
import { alignedView, estimateSimilarity, TEMPLATE } from './align.js';
import { iou } from './box.js';
import { type Detection, type Landmarks, mapLandmarks, meanLandmarks } from './detection.js';

/**
 * Sizes of the face in the views, px of the input, and width of a view in sizes of the face: detectors find landmarks best there. The
 * mean of two views is better than one with some detectors, and costs nothing more in an input of fixed size. In an input of any size,
 * one small view takes an eighth of the time.
 */
const TWO = { sizesPx: [80, 132], width: 2.4 };
const SMALL = { sizesPx: [80], width: 1.6 };
/** Size and centre of a face on {@link TEMPLATE}. */
const TEMPLATE_PX = 87.5;
const TEMPLATE_CENTRE: Point = [56, 70];
/** Overlap of the face that was sought with what a view shows. */
const SAME_PLACE = 0.4;
/** Sides of a network's input are multiples of this. */
const GRID = 32;
/** The landmarks of a face tilted by this, degrees, or more say little beside those of an upright view. */
const TILTED_DEG = 8;

/**
 * Which faces are found again upright: all, in two views, for photos; tilted ones, as quickly as the detector allows, for frames; or
 * none.
 */
export type Refinement = 'all' | 'tilted' | 'none';

/** A face as if upright, in a square of the input. */
export interface UprightView extends Omit<Square, 'rowLength'> {
  /** Maps pixels of the square, from its corner, to image px. */
  toImage: Similarity;
  /** Size of the face, px of the input. */
  facePx: number;
}

/** How far a face is rotated in the picture, 0..180 degrees; 0 when its landmarks span no area. */
export function tiltDeg(landmarks: Landmarks): number {
  const aligned = estimateSimilarity(landmarks, TEMPLATE);
  return aligned ? degreesOf(aligned) : 0;
}

function degreesOf({ a, b }: Similarity): number {
  return Math.abs((Math.atan2(b, a) * 180) / Math.PI);
}

/** Whether a face is to be found again. */
export function isRefined(landmarks: Landmarks, refinement: Refinement): boolean {
  return refinement === 'all' || (refinement === 'tilted' && isTilted(landmarks));
}

function isTilted(landmarks: Landmarks): boolean {
  return tiltDeg(landmarks) >= TILTED_DEG;
}

/**
 * Whether views made from the landmarks `before` show the face as good as upright, by those found in them, `after`. Both in image px.
 */
export function isUprightIn(before: Landmarks, after: Landmarks): boolean {
  const turn = estimateSimilarity(before, after);
  return !turn || degreesOf(turn) < TILTED_DEG;
}

/**
 * The views in which a face is found again, side by side in one input.
 *
 * @param fixed the network's input, where it has a fixed size
 * @returns null when the landmarks span no area, or the views are too large for the input
 */
export function uprightViews(
  landmarks: Landmarks,
  fixed: Size | null,
  refinement: Refinement,
): { views: UprightView[]; input: Size } | null {
  const aligned = estimateSimilarity(landmarks, TEMPLATE);
  if (!aligned) return null;
  const { sizesPx, width } = fixed || refinement === 'all' ? TWO : SMALL;
  const views: UprightView[] = [];
  let left = 0;
  for (const facePx of sizesPx) {
    const side = Math.ceil((facePx * width) / GRID) * GRID;
    const scale = facePx / TEMPLATE_PX;
    const toImage = alignedView(aligned, TEMPLATE_CENTRE, scale, side);
    if (!toImage) return null;
    views.push({ left, side, toImage, facePx });
    left += side;
  }
  const needed = { width: left, height: Math.max(...views.map(({ side }) => side)) };
  if (!fixed) return { views, input: needed };
  return needed.width <= fixed.width && needed.height <= fixed.height ? { views, input: fixed } : null;
}

/**
 * The landmarks of a face after a second search in {@link uprightViews}: the mean of the first search and the views that show the
 * face; those of the first count only while the face is hardly tilted.
 *
 * @param landmarks of the first search, image px
 * @param found in the input, best score first
 */
export function refined(
  landmarks: Landmarks,
  views: readonly UprightView[],
  found: readonly Detection[],
): Landmarks {
  const seen = views.flatMap((view): Landmarks[] => {
    const place = placeOf(view);
    const face = found.find(({ box }) => iou(box, place) > SAME_PLACE);
    return face ? [toLandmarks(face.landmarks, view)] : [];
  });
  if (seen.length === 0) return landmarks;
  return meanLandmarks(isTilted(landmarks) ? seen : [landmarks, ...seen]);
}

function placeOf({ left, side, facePx }: UprightView): Box {
  const [x, y] = [left + side / 2, side / 2];
  return { x1: x - facePx / 2, y1: y - facePx / 2, x2: x + facePx / 2, y2: y + facePx / 2 };
}

function toLandmarks(landmarks: Landmarks, { left, toImage }: UprightView): Landmarks {
  return mapLandmarks(landmarks, ([x, y]) => mapPoint(toImage, [x - left, y]));
}
