import type { Box } from '../core/geometry.js';
import type { Turn, View } from '../image/fit.js';
import { area, iou } from './box.js';
import type { Detection } from './detection.js';

/**
 * Sizes at which a face is looked at again, px of the input: detectors are at their best there. The first is that of the best
 * landmarks; the others are for cases of doubt.
 */
export const CLOSE_PX = [120, 72, 96, 160, 200, 240] as const;
/** Width of such a view, in sizes of the face. */
const CLOSE_WIDTH = 2;
/** Overlap of a face with what a closer look finds in its place; the box of a tiny face is coarse. */
const SAME_PLACE = 0.25;

/**
 * The view in which a face is looked at again, from close by.
 *
 * @param box the face, image px
 * @param px its size in the input
 * @param width of the view, in sizes of the face
 */
export function closeView(box: Box, turn: Turn, px: number, width = CLOSE_WIDTH): View {
  const half = (width / 2) * Math.sqrt(area(box));
  const [x, y] = [(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2];
  const region = { x1: x - half, y1: y - half, x2: x + half, y2: y + half };
  return { region, longestSide: width * px, turn };
}

/** What a closer look shows in place of a face; null when it shows nothing there. @param detections best score first */
export function faceInPlace(detections: readonly Detection[], box: Box): Detection | null {
  return detections.find((face) => iou(face.box, box) > SAME_PLACE) ?? null;
}
