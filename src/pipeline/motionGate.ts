import type { Image } from '../image/image.js';

/** When a {@link MotionGate} opens. */
export interface MotionOptions {
  /** 0..1, higher for smaller changes; 0.5 detects a face of 24 px that comes in at 640x360 and ignores sensor noise. */
  sensitivity: number;
  /** A still picture is let through this often, ms. */
  everyMs: number;
}

/** Cells across the picture; as many down as keep them square. */
const COLUMNS = 64;
/** Pixels read per cell and direction: the noise of one pixel is divided by this. */
const SAMPLES = 4;
/** Smallest change of a cell's mean brightness, in levels of 255, at sensitivity 1 and 0. */
const CHANGE = { most: 3, least: 15 };
/**
 * Changed cells that open the gate, at sensitivity 1 and 0. Four at 0.5: a face of 24 px covers no more whole cells of a
 * picture 640 px wide when it lies badly on the grid.
 */
const CELLS = { most: 1, least: 7 };

/**
 * Lets a live picture through when it has changed enough to search it for faces. The picture is reduced to some 64x36 cells
 * of mean brightness, each of 16 pixels at any picture size, and compared with the last one that was let through, so that a
 * slow change adds up. A change that the whole picture has in common, as when a lamp flickers, is subtracted.
 */
export class MotionGate {
  readonly #options: MotionOptions;
  readonly #minChange: number;
  readonly #minCells: number;
  #shown: { cells: Float32Array; width: number; height: number; timeMs: number } | undefined;

  constructor(options: MotionOptions) {
    this.#options = options;
    const between = ({ most, least }: typeof CHANGE) => least + (most - least) * options.sensitivity;
    this.#minChange = between(CHANGE);
    this.#minCells = Math.round(between(CELLS));
  }

  /**
   * Decides about one picture.
   *
   * @param image yuv420p
   * @param timeMs media time of the picture
   * @param followed true while a face is tracked: then every picture is let through
   */
  isOpen(image: Image, timeMs: number, followed: boolean): boolean {
    const cells = brightness(image);
    const { width, height } = image;
    const before = this.#shown;
    // The time of a source that was opened again starts at 0.
    const isDue = !before || timeMs < before.timeMs || timeMs - before.timeMs >= this.#options.everyMs;
    const isOther = before?.width !== width || before?.height !== height;
    if (!followed && !isDue && !isOther && !this.#hasChanged(before.cells, cells)) return false;
    this.#shown = { cells, width, height, timeMs };
    return true;
  }

  #hasChanged(before: Float32Array, now: Float32Array): boolean {
    const common = medianChange(before, now);
    let changed = 0;
    for (let cell = 0; cell < now.length; cell++) {
      if (Math.abs(now[cell] - before[cell] - common) >= this.#minChange && ++changed >= this.#minCells)
        return true;
    }
    return false;
  }
}

/**
 * Mean brightness of each cell, 0..255, row by row.
 *
 * @param across cells across the picture; as many down as keep them square
 */
export function brightness({ pixels, width, height }: Image, across = COLUMNS): Float32Array {
  const columns = Math.min(across, width);
  const rows = Math.max(1, Math.min(height, Math.round((columns * height) / width)));
  const xs = positions(columns, width);
  const ys = positions(rows, height);
  const cells = new Float32Array(columns * rows);
  for (const [index, y] of ys.entries()) {
    const firstCell = Math.floor(index / SAMPLES) * columns;
    for (let read = 0; read < xs.length; read++) {
      cells[firstCell + Math.floor(read / SAMPLES)] += pixels[y * width + xs[read]];
    }
  }
  return cells.map((sum) => sum / SAMPLES ** 2);
}

/** Evenly spread positions, in px, at which an axis with this many cells is read. */
function positions(cells: number, length: number): Int32Array {
  const reads = cells * SAMPLES;
  return Int32Array.from({ length: reads }, (_, index) => Math.floor(((index + 0.5) * length) / reads));
}

/** The change that the picture has in common: the median of every fourth cell. */
function medianChange(before: Float32Array, now: Float32Array): number {
  const changes = new Float32Array(Math.ceil(now.length / 4));
  for (let index = 0; index < changes.length; index++) changes[index] = now[index * 4] - before[index * 4];
  changes.sort();
  return changes[changes.length >> 1];
}
