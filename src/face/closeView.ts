import type { Box } from '../core/geometry.js';
import type { Turn, View } from '../image/fit.js';
import { area } from './box.js';

/**
 * Sizes at which a face is looked at again, px of the input: detectors are at their best there. The first is that of the best
 * landmarks; the others are for cases of doubt.
 */
export const CLOSE_PX = [120, 72, 96, 160, 200, 240] as const;
/** Width of such a view, in sizes of the face. */
const CLOSE_WIDTH = 2;

/** The view in which a face is looked at again, from close by. @param box the face, image px @param px its size in the input */
export function closeView(box: Box, turn: Turn, px: number): View {
  const half = (CLOSE_WIDTH / 2) * Math.sqrt(area(box));
  const [x, y] = [(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2];
  const region = { x1: x - half, y1: y - half, x2: x + half, y2: y + half };
  return { region, longestSide: CLOSE_WIDTH * px, turn };
}
