import type { Box, Size } from '../core/geometry.js';

/** Corners in relative coordinates, 0..1 of the width and height of the image, origin top left. */
export type Polygon = readonly (readonly [x: number, y: number])[];

/** A named area of the image. */
export interface Zone {
  name: string;
  points: Polygon;
}

/** Names of the zones that contain the centre of a box, in their order. @param size of the image in px */
export function zonesAt(zones: readonly Zone[], box: Box, size: Size): string[] {
  const [x, y] = relativeCentre(box, size);
  return zones.filter(({ points }) => isInside(points, x, y)).map(({ name }) => name);
}

/** Whether the centre of a box lies in one of the masks. @param size of the image in px */
export function isMasked(masks: readonly Polygon[], box: Box, size: Size): boolean {
  const [x, y] = relativeCentre(box, size);
  return masks.some((mask) => isInside(mask, x, y));
}

function relativeCentre({ x1, y1, x2, y2 }: Box, { width, height }: Size): [x: number, y: number] {
  return [(x1 + x2) / 2 / width, (y1 + y2) / 2 / height];
}

/** Even-odd rule: a ray to the right crosses the outline an odd number of times. Holds for concave and self-crossing outlines. */
function isInside(points: Polygon, x: number, y: number): boolean {
  let inside = false;
  for (let index = 0, previous = points.length - 1; index < points.length; previous = index++) {
    const [ax, ay] = points[index];
    const [bx, by] = points[previous];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
