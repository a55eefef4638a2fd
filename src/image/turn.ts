import type { Point, Size } from '../core/geometry.js';
import type { Turn } from './fit.js';

/** The size before a turn of what has this size after it; the same as the size after a turn back. */
export function sizeBefore({ width, height }: Size, turn: Turn): Size {
  return turn === 90 || turn === 270 ? { width: height, height: width } : { width, height };
}

/** Where a point of a turned picture lay before the turn. @param size the size after the turn, px */
export function pointBefore([x, y]: Point, { width, height }: Size, turn: Turn): Point {
  if (turn === 90) return [y, width - x];
  if (turn === 180) return [width - x, height - y];
  return turn === 270 ? [height - y, x] : [x, y];
}

/**
 * Turns a planar picture.
 *
 * @param from [planes, height, width] before the turn
 * @param to [planes, height, width] after it, overwritten completely; another array than `from`
 * @param size the size after the turn, px
 */
export function turnPlanes(from: Float32Array, to: Float32Array, { width, height }: Size, turn: Turn): void {
  const plane = width * height;
  const rowBefore = sizeBefore({ width, height }, turn).width;
  // Where the first pixel comes from, and the steps of the source per column and per row of the result.
  const steps: Record<Turn, [number, number, number]> = {
    0: [0, 1, rowBefore],
    90: [(width - 1) * rowBefore, -rowBefore, 1],
    180: [plane - 1, -1, -rowBefore],
    270: [rowBefore - 1, rowBefore, -1],
  };
  const [first, perColumn, perRow] = steps[turn];
  for (let start = 0; start < to.length; start += plane) {
    for (let y = 0, o = start; y < height; y++) {
      for (let x = 0, i = start + first + y * perRow; x < width; x++, o++, i += perColumn) to[o] = from[i];
    }
  }
}
