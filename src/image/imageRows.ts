import type { Size } from '../core/geometry.js';
import { chromaLength, imageBytes, yuvWeights } from './colour.js';
import type { Image } from './image.js';
import { IMAGE_ROWS } from './imageRowsCode.js';
import type { Normalisation } from './normalisation.js';
import type { Axes } from './taps.js';

/** TypeScript has the types of WebAssembly only among those of browsers. */
declare const WebAssembly: {
  Module: new (code: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
};

/** See imageRows.wat. Places are offsets in the memory, bytes. */
interface Functions {
  memory: { readonly buffer: ArrayBuffer; grow(pages: number): void };
  between(top: number, bottom: number, weight: number, n: number, out: number): void;
  along(row: number, step: number, near: number, weight: number, n: number, out: number): void;
  pick(row: number, index: number, n: number, out: number): void;
  tint(u: number, v: number, byU: number, byV: number, bias: number, n: number, out: number): void;
  colour(luma: number, tint: number, byLuma: number, mean: number, std: number, n: number, out: number): void;
}

const CODE = new WebAssembly.Module(Buffer.from(IMAGE_ROWS, 'base64'));
const PAGE_BYTES = 65_536;
/** The functions read and write a little more than they are asked for, bytes. */
const SLACK = 32;
/** Of a row between two others. */
const VALUE_BYTES = 2;
/** A colour of an RGB picture as it is: luma at the weight of 1 in `colour`, without a tint. */
const PLAIN = 1 << 14;

/** Draws pictures into a tensor, in vectors: a sixth of the time of a loop in JavaScript. It owns the tensor's memory. */
export class ImageRows {
  readonly #normalisation: Normalisation;
  readonly #functions = new WebAssembly.Instance(CODE).exports as Functions;

  constructor(normalisation: Normalisation) {
    this.#normalisation = normalisation;
  }

  /**
   * Scales an image bilinearly, converts and normalises it, where the axes show it. Beside it, up to 7 values are overwritten.
   *
   * @param fit size of the planes of the tensor
   * @returns the tensor; those of earlier calls must not be used any more
   */
  draw(image: Image, axes: Axes, fit: Size): Float32Array<ArrayBuffer> {
    // A view beside the image shows none of it.
    if (axes.columns.end > axes.columns.start) {
      if (image.format === 'yuv420p') this.#drawYuv(image, axes, fit);
      else this.#drawRgb(image, axes, fit);
    }
    const length = 3 * fit.width * fit.height;
    this.#reserve(4 * length + SLACK);
    return new Float32Array(this.#functions.memory.buffer, 0, length);
  }

  #drawYuv(image: Image, { columns, rows, unscaled }: Axes, fit: Size): void {
    const { width, height, pixels } = image;
    const { start, end } = columns;
    const n = end - start;
    const pairs = (n + 1) >> 1;
    const places = new Places();
    const tensor = places.take(3 * fit.width * fit.height, 4);
    const source = places.take(imageBytes('yuv420p', width, height), 1);
    const row = places.take(width, 2);
    const near = places.take(n, 4);
    const weight = places.take(n, 4);
    const index = places.take(pairs, 4);
    const ownLuma = places.take(n, 1);
    const ownU = places.take(pairs, 1);
    const ownV = places.take(pairs, 1);
    const tint = places.take(pairs, 4);
    this.#reserve(places.end);
    const { between, along, pick, memory } = this.#functions;
    new Uint8Array(memory.buffer).set(pixels, source);
    if (!unscaled) {
      new Int32Array(memory.buffer, near, n).set(columns.near.subarray(start, end));
      new Int32Array(memory.buffer, weight, n).set(columns.weight.subarray(start, end));
      const picked = new Int32Array(memory.buffer, index, pairs);
      for (let pair = 0; pair < pairs; pair++) picked[pair] = columns.chroma[start + 2 * pair];
    }
    const chromaWidth = chromaLength(width);
    const uPlane = source + width * height;
    const vPlane = uPlane + chromaWidth * chromaLength(height);
    const down = height > 1 ? width : 0;
    const colours = this.#colours(image);
    for (let y = rows.start; y < rows.end; y++) {
      let luma = source + (unscaled ? y : rows.near[y]) * width;
      let u = uPlane + rows.chroma[y] * chromaWidth;
      let v = vPlane + rows.chroma[y] * chromaWidth;
      if (!unscaled) {
        between(luma, luma + down, rows.weight[y], width, row);
        along(row, VALUE_BYTES, near, weight, n, ownLuma);
        pick(u, index, pairs, ownU);
        pick(v, index, pairs, ownV);
        [luma, u, v] = [ownLuma, ownU, ownV];
      }
      for (let plane = 0; plane < 3; plane++) {
        const { byLuma, byU, byV, bias, mean, std } = colours[plane];
        this.#functions.tint(u, v, byU, byV, bias, pairs, tint);
        const out = tensor + 4 * ((plane * fit.height + y) * fit.width + start);
        this.#functions.colour(luma, tint, byLuma, mean, std, n, out);
      }
    }
  }

  #drawRgb({ width, height, pixels }: Image, { columns, rows }: Axes, fit: Size): void {
    const { start, end } = columns;
    const n = end - start;
    const rowBytes = 3 * width;
    const places = new Places();
    const tensor = places.take(3 * fit.width * fit.height, 4);
    const source = places.take(2 * rowBytes, 1);
    const row = places.take(rowBytes, VALUE_BYTES);
    const near = places.take(n, 4);
    const weight = places.take(n, 4);
    const levels = places.take(n, 1);
    const tint = places.take((n + 1) >> 1, 4);
    this.#reserve(places.end);
    const { between, along, colour, memory } = this.#functions;
    const bytes = new Uint8Array(memory.buffer);
    bytes.fill(0, tint, places.end);
    new Int32Array(memory.buffer, near, n).set(columns.near.subarray(start, end).map((column) => 3 * column));
    new Int32Array(memory.buffer, weight, n).set(columns.weight.subarray(start, end));
    const { order, mean, std } = this.#normalisation;
    let copied = -1;
    for (let y = rows.start; y < rows.end; y++) {
      const first = rows.near[y] * rowBytes;
      if (first !== copied) bytes.set(pixels.subarray(first, first + 2 * rowBytes), source);
      copied = first;
      between(source, height > 1 ? source + rowBytes : source, rows.weight[y], rowBytes, row);
      for (let channel = 0; channel < 3; channel++) {
        along(row + channel * VALUE_BYTES, 3 * VALUE_BYTES, near, weight, n, levels);
        const plane = order === 'rgb' ? channel : 2 - channel;
        const out = tensor + 4 * ((plane * fit.height + y) * fit.width + start);
        colour(levels, tint, PLAIN, mean[channel], std[channel], n, out);
      }
    }
  }

  /** How each plane of the tensor is made, in their order. */
  #colours({ colour }: Image) {
    const { order, mean, std } = this.#normalisation;
    const { luma: byLuma, rv, gu, gv, bu, bias } = yuvWeights(colour);
    const planes = [
      { byU: 0, byV: rv },
      { byU: -gu, byV: -gv },
      { byU: bu, byV: 0 },
    ].map((by, channel) => ({
      ...by,
      byLuma,
      // Chroma is stored with 128 added.
      bias: bias - 128 * (by.byU + by.byV),
      mean: mean[channel],
      std: std[channel],
    }));
    return order === 'rgb' ? planes : planes.reverse();
  }

  #reserve(bytes: number): void {
    const { memory } = this.#functions;
    const missing = bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  }
}

/** Hands out places in the memory, one behind the other. */
class Places {
  end = 0;

  take(count: number, bytes: number): number {
    const place = this.end;
    this.end = Math.ceil((place + count * bytes + SLACK) / SLACK) * SLACK;
    return place;
  }
}
