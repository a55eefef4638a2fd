import type { Size } from '../core/geometry.js';
import type { Image } from '../image/image.js';
import { brightness } from './motionGate.js';

/** Cells across the picture. */
const COLUMNS = 32;
/** At a cut, the cells correlate less with those of the picture before (-1..1), and change by more (levels of 255). */
const MAX_CORRELATION = 0.5;
const MIN_CHANGE = 16;
/** Highest brightness of the bars beside or above a picture of another shape; black is 16 in most video, and compressed. */
const BLACK = 20;

/**
 * Finds the cuts in edited footage: light and dark lie elsewhere than in the picture before. A lamp, a flash or a change of
 * exposure makes everything lighter or darker alike and is not a cut.
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
    if (shown.length === 0) return false;
    const { correlation, change } = compare(
      shown.map((cell) => before.cells[cell]),
      shown.map((cell) => cells[cell]),
    );
    return correlation < MAX_CORRELATION && change > MIN_CHANGE;
  }

  /** Starts anew: the next picture is the first of another source. */
  reset(): void {
    this.#before = undefined;
  }
}

/** The cells of two pictures less the bars that both have on opposite sides: they would make any two pictures alike. */
function withoutBars(before: Float32Array, now: Float32Array, columns: number): number[] {
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
  return all(now.length).filter((cell) => {
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    return row >= above && row < rows - above && column >= aside && column < columns - aside;
  });
}

function compare(before: readonly number[], now: readonly number[]): { correlation: number; change: number } {
  const [meanBefore, meanNow] = [mean(before), mean(now)];
  let both = 0;
  let ofBefore = 0;
  let ofNow = 0;
  let change = 0;
  for (let cell = 0; cell < now.length; cell++) {
    const a = before[cell] - meanBefore;
    const b = now[cell] - meanNow;
    both += a * b;
    ofBefore += a * a;
    ofNow += b * b;
    change += Math.abs(a - b);
  }
  const scale = Math.sqrt(ofBefore * ofNow);
  return { correlation: scale > 0 ? both / scale : 0, change: change / now.length };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
