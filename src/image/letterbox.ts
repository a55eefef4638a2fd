import type { Fit } from './fit.js';
import type { Image } from './image.js';
import { ImageRows } from './imageRows.js';
import {
  type Channels,
  channelPlanes,
  NORM_OFFSET,
  type Normalisation,
  normTables,
} from './normalisation.js';
import { type Axes, makeAxes } from './taps.js';
import { sizeBefore, turnPlanes } from './turn.js';

/** Fits whose tables are kept: a camera's frames have two, and several cameras share a network. */
const KEPT_AXES = 8;

/** Draws images into a network's input tensor. It keeps its tables and memory between calls: make one per network. */
export class Letterbox {
  readonly #norm: Channels;
  readonly #order: Normalisation['order'];
  readonly #rows: ImageRows;
  readonly #cached = new Map<string, Axes>();
  #turned = new Float32Array(0);

  constructor(normalisation: Normalisation) {
    this.#norm = normTables(normalisation);
    this.#order = normalisation.order;
    this.#rows = new ImageRows(normalisation);
  }

  /**
   * Scales an image bilinearly, turns it, converts it to the network's channel order and normalises it.
   *
   * @returns planar, [3, fit.height, fit.width]; valid until the next call
   */
  draw(image: Image, fit: Fit): Float32Array {
    if (fit.turn === 0) return this.#drawUpright(image, fit);
    const upright = this.#drawUpright(image, { ...fit, ...sizeBefore(fit, fit.turn) });
    if (this.#turned.length !== upright.length) this.#turned = new Float32Array(upright.length);
    turnPlanes(upright, this.#turned, fit, fit.turn);
    return this.#turned;
  }

  #drawUpright(image: Image, fit: Fit): Float32Array {
    const axes = this.#axes(image, fit);
    const area = fit.width * fit.height;
    const out = this.#rows.draw(image, axes, fit);
    const planes = channelPlanes(out, area, this.#order);
    this.#blacken(fit, axes, planes);
    return out;
  }

  #axes(image: Image, fit: Fit): Axes {
    const { scale, offsetX, offsetY } = fit;
    const key = [image.width, image.height, fit.width, fit.height, scale, offsetX, offsetY].join(' ');
    const cached = this.#cached.get(key);
    if (cached) return cached;
    const axes = makeAxes(image, fit);
    const [oldest] = this.#cached.keys();
    if (this.#cached.size >= KEPT_AXES && oldest !== undefined) this.#cached.delete(oldest);
    this.#cached.set(key, axes);
    return axes;
  }

  #blacken({ width }: Fit, { columns, rows }: Axes, planes: Channels): void {
    for (const channel of ['r', 'g', 'b'] as const) {
      const plane = planes[channel];
      const black = this.#norm[channel][NORM_OFFSET];
      plane.fill(black, 0, rows.start * width).fill(black, rows.end * width);
      if (columns.start === 0 && columns.end === width) continue;
      for (let row = rows.start * width; row < rows.end * width; row += width) {
        plane.fill(black, row, row + columns.start).fill(black, row + columns.end, row + width);
      }
    }
  }
}
