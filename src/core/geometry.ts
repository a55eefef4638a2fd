/** Width and height in px. */
export interface Size {
  width: number;
  height: number;
}

/** Axis-aligned box in source px, origin top left, x2 and y2 exclusive. */
export interface Box {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

/** A position in source px, origin top left. */
export type Point = readonly [x: number, y: number];

/** x1, y1, x2, y2 in source px, to a tenth. */
export type RoundBox = [x1: number, y1: number, x2: number, y2: number];
