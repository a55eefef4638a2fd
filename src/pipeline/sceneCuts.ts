import type { Size } from '../core/geometry.js';
import type { Image } from '../image/image.js';
import { brightness } from './motionGate.js';

/** Cells across the picture, and across a block of them. */
const COLUMNS = 32;
const BLOCK = 4;
/**
 * At a cut, the blocks (mean) and the whole picture have less structure in common than this, -1..1, and the cells change by more
 * (levels of 255). Of pairs of unrelated portraits, 0.7 % have more in common, and none change less.
 */
const SAME_BLOCKS = 0.5;
const SAME_WHOLE = 0.65;
const MIN_CHANGE = 16;
/** Where light and dark have changed places all over, it is a cut, however plain the blocks are. */
const OPPOSITE = 0;
/** Variance of cells that show nothing, squared levels. */
const NOISE = 4;
/** Highest brightness of the bars beside or above a picture of another shape; black is 16 in most video, and compressed. */
const BLACK = 20;

/**
 * Finds the cuts in edited footage: nearly everywhere, light and dark lie elsewhere than in the picture before. That two pictures have
 * something in common as a whole says little, since most are bright in the middle; block by block it says more, and there a person who
 * moves leaves the rest as it was. A lamp, a flash or a change of exposure makes everything lighter or darker alike and is not a cut.
 */
export class SceneCuts {
  #before: (Size & { cells: Float32Array }) | undefined;

  /** Whether a scene begins with this picture; call it once per frame, in order. @param image yuv420p */
  isCut(image: Image): boolean {
    const { width, height } = image;
    const before = this.#before;
    const cells = brightness(image, COLUMNS);
    this.#before = { cells, width, height };
    if (!before || before.width !== width || before.height !== height) return false;
    const shown = withoutBars(before.cells, cells, Math.min(COLUMNS, width));
    const whole = compare(before.cells, cells, shown);
    if (whole.change <= MIN_CHANGE || whole.structure >= SAME_WHOLE) return false;
    const blocks = blocksOf(shown).map((block) => compare(before.cells, cells, block).structure);
    return mean(blocks) < SAME_BLOCKS || whole.structure < OPPOSITE;
  }

  /** Starts anew: the next picture is the first of another source. */
  reset(): void {
    this.#before = undefined;
  }
}

/** A rectangle of cells. Ends are exclusive. */
interface Region {
  top: number;
  bottom: number;
  left: number;
  right: number;
  /** Cells per row of the picture. */
  columns: number;
}

/** Two pictures less the bars that both have on opposite sides: they would make any two pictures alike. */
function withoutBars(before: Float32Array, now: Float32Array, columns: number): Region {
  const rows = now.length / columns;
  const isBlack = (row: number, column: number) => {
    const cell = row * columns + column;
    return before[cell] <= BLACK && now[cell] <= BLACK;
  };
  const all = (length: number) => Array.from({ length }, (_, index) => index);
  const barOf = (length: number, isDark: (index: number) => boolean) =>
    all(Math.floor(length / 2)).find((index) => !isDark(index) || !isDark(length - 1 - index)) ??
    Math.floor(length / 2);
  const aside = barOf(columns, (column) => all(rows).every((row) => isBlack(row, column)));
  const above = barOf(rows, (row) => all(columns).every((column) => isBlack(row, column)));
  return { top: above, bottom: rows - above, left: aside, right: columns - aside, columns };
}

/** Blocks of about {@link BLOCK} cells across that together are the region. */
function blocksOf({ top, bottom, left, right, columns }: Region): Region[] {
  const parts = (from: number, to: number) => {
    const count = Math.max(1, Math.floor((to - from) / BLOCK));
    const edge = (index: number) => from + Math.round((index * (to - from)) / count);
    return Array.from({ length: count }, (_, index) => [edge(index), edge(index + 1)] as const);
  };
  return parts(top, bottom).flatMap(([from, to]) =>
    parts(left, right).map(([start, end]) => ({ top: from, bottom: to, left: start, right: end, columns })),
  );
}

/**
 * How alike a region of two pictures is, apart from its brightness: the correlation of its cells, 1 where both are plain (the term of
 * structure of SSIM, Wang et al., IEEE Transactions on Image Processing 2004), and the mean change of a cell, in levels.
 */
function compare(
  before: Float32Array,
  now: Float32Array,
  { top, bottom, left, right, columns }: Region,
): { structure: number; change: number } {
  const cellsOf = (picture: Float32Array) => {
    const cells: number[] = [];
    for (let row = top; row < bottom; row++)
      for (let column = left; column < right; column++) cells.push(picture[row * columns + column]);
    const middle = mean(cells);
    return cells.map((cell) => cell - middle);
  };
  const [a, b] = [cellsOf(before), cellsOf(now)];
  if (a.length === 0) return { structure: 1, change: 0 };
  const productOf = (some: readonly number[], others: readonly number[]) =>
    mean(some.map((value, index) => value * others[index]));
  const spread = Math.sqrt(productOf(a, a) * productOf(b, b));
  return {
    structure: (productOf(a, b) + NOISE) / (spread + NOISE),
    change: mean(a.map((value, index) => Math.abs(value - b[index]))),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
