import type { Image } from '../image/image.js';
import { brightness } from './motionGate.js';

/** Cells across the picture. */
const COLUMNS = 32;
/** At a cut, the cells correlate less with those of the picture before (-1..1), and change by more (levels of 255). */
const MAX_CORRELATION = 0.5;
const MIN_CHANGE = 16;

/**
 * Finds the cuts in edited footage: light and dark lie elsewhere than in the picture before. A lamp, a flash or a change of
 * exposure makes everything lighter or darker alike and is not a cut.
 */
export class SceneCuts {
  #before: { cells: Float32Array; width: number; height: number } | undefined;

  /** Whether a scene begins with this picture; call it once per frame, in order. @param image yuv420p */
  isCut(image: Image): boolean {
    const { width, height } = image;
    const before = this.#before;
    const cells = brightness(image, COLUMNS);
    this.#before = { cells, width, height };
    if (!before || before.width !== width || before.height !== height) return false;
    const { correlation, change } = compare(before.cells, cells);
    return correlation < MAX_CORRELATION && change > MIN_CHANGE;
  }

  /** Starts anew: the next picture is the first of another source. */
  reset(): void {
    this.#before = undefined;
  }
}

function compare(before: Float32Array, now: Float32Array): { correlation: number; change: number } {
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

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
