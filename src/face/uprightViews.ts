import type { Box, Point, Size } from '../core/geometry.js';
import { mapPoint, type Similarity, type Square } from '../image/warp.js';
import { estimateSimilarity, invertSimilarity, TEMPLATE } from './align.js';
import { iou } from './box.js';
import { type Detection, type Landmarks, meanLandmarks } from './detection.js';

/** Sizes of the face in the views, px of the input: detectors find landmarks best there, and the mean of two is better than one. */
const SIZES_PX = [80, 132] as const;
/** Width of a view, in sizes of the face. */
const WIDTH = 2.4;
/** Size and centre of a face on {@link TEMPLATE}. */
const TEMPLATE_PX = 87.5;
const TEMPLATE_CENTRE: Point = [56, 70];
/** Overlap of the face that was sought with what a view shows. */
const SAME_PLACE = 0.4;
/** Sides of a network's input are multiples of this. */
const GRID = 32;
/** The landmarks of a face tilted by this, degrees, or more say little beside those of an upright view. */
export const TILTED_DEG = 8;

/** A face as if upright, in a square of the input. */
export interface UprightView extends Omit<Square, 'rowLength'> {
  /** Maps pixels of the square, from its corner, to image px. */
  toImage: Similarity;
}

/** How far a face is rotated in the picture, 0..180 degrees; 0 when its landmarks span no area. */
export function tiltDeg(landmarks: Landmarks): number {
  const aligned = estimateSimilarity(landmarks, TEMPLATE);
  return aligned ? Math.abs(Math.atan2(aligned.b, aligned.a) * 180) / Math.PI : 0;
}

/** The views in which a face is found again, side by side in one input; null when its landmarks span no area. */
export function uprightViews(landmarks: Landmarks): { views: UprightView[]; size: Size } | null {
  const aligned = estimateSimilarity(landmarks, TEMPLATE);
  if (!aligned) return null;
  const views: UprightView[] = [];
  let left = 0;
  for (const px of SIZES_PX) {
    const side = Math.ceil((px * WIDTH) / GRID) * GRID;
    const scale = px / TEMPLATE_PX;
    const toImage = invertSimilarity({
      a: aligned.a * scale,
      b: aligned.b * scale,
      tx: (aligned.tx - TEMPLATE_CENTRE[0]) * scale + side / 2,
      ty: (aligned.ty - TEMPLATE_CENTRE[1]) * scale + side / 2,
    });
    if (!toImage) return null;
    views.push({ left, side, toImage });
    left += side;
  }
  return { views, size: { width: left, height: Math.max(...views.map(({ side }) => side)) } };
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
  const seen = views.flatMap((view, index): Landmarks[] => {
    const place = placeOf(view, SIZES_PX[index]);
    const face = found.find(({ box }) => iou(box, place) > SAME_PLACE);
    return face ? [toLandmarks(face.landmarks, view)] : [];
  });
  if (seen.length === 0) return landmarks;
  return meanLandmarks(tiltDeg(landmarks) >= TILTED_DEG ? seen : [landmarks, ...seen]);
}

function placeOf({ left, side }: UprightView, px: number): Box {
  const [x, y] = [left + side / 2, side / 2];
  return { x1: x - px / 2, y1: y - px / 2, x2: x + px / 2, y2: y + px / 2 };
}

function toLandmarks(landmarks: Landmarks, { left, toImage }: UprightView): Landmarks {
  const map = ([x, y]: Point) => mapPoint(toImage, [x - left, y]);
  const [a, b, c, d, e] = landmarks;
  return [map(a), map(b), map(c), map(d), map(e)];
}
