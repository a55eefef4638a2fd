import type { Box } from '../core/geometry.js';

/** Area in px²; 0 for an inverted box. */
export function area(box: Box): number {
  return Math.max(0, box.x2 - box.x1) * Math.max(0, box.y2 - box.y1);
}

/** Intersection over union, 0..1; 0 when a box is empty. */
export function iou(a: Box, b: Box): number {
  const common = intersection(a, b);
  return common === 0 ? 0 : common / (area(a) + area(b) - common);
}

/** Area that two boxes have in common, px². */
function intersection(a: Box, b: Box): number {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
  return width <= 0 || height <= 0 ? 0 : width * height;
}

/** Distance of the centres, px. */
export function apart(a: Box, b: Box): number {
  return Math.hypot(b.x1 + b.x2 - a.x1 - a.x2, b.y1 + b.y2 - a.y1 - a.y2) / 2;
}

/** Side of the square with the same area, px; 1 at least. */
export function side(box: Box): number {
  return Math.sqrt(Math.max(1, area(box)));
}

/** Of two boxes of one face, the larger has at most this many times the side of the smaller. */
const MAX_GROWTH = 1.7;

/** Whether two boxes may be those of one face, by their sizes. */
export function isOneSize(a: Box, b: Box): boolean {
  const growth = side(b) / side(a);
  return growth <= MAX_GROWTH && growth >= 1 / MAX_GROWTH;
}

/** From this share of a box inside another one on, both are one face. */
const NESTED = 0.75;
/** From this intersection over union on, two boxes are one face. */
const ALIKE = 0.4;

/** The share of a box that lies inside another one, 0..1; 0 for an empty box. */
export function shareInside(inner: Box, outer: Box): number {
  const common = intersection(inner, outer);
  return common === 0 ? 0 : common / area(inner);
}

/** Whether two boxes show one face: they overlap for the most part, or one lies in the other, as a part of a face does. */
export function isSameFace(a: Box, b: Box): boolean {
  return iou(a, b) > ALIKE || Math.max(shareInside(a, b), shareInside(b, a)) > NESTED;
}
