import type { Size } from '../core/geometry.js';
import { chromaLength, imageBytes, yuvWeights } from './colour.js';
import type { Image } from './image.js';
import type { Normalisation } from './normalisation.js';
import type { Axes } from './taps.js';
import { YUV_ROWS } from './yuvRowsCode.js';

/** TypeScript has the types of WebAssembly only among those of browsers. */
declare const WebAssembly: {
  Module: new (code: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
};

/** See yuvRows.wat. Places are offsets in the memory, bytes. */
interface Functions {
  memory: { readonly buffer: ArrayBuffer; grow(pages: number): void };
  between(top: number, bottom: number, weight: number, n: number, out: number): void;
  along(row: number, near: number, weight: number, n: number, out: number): void;
  pick(row: number, index: number, n: number, out: number): void;
  tint(u: number, v: number, byU: number, byV: number, bias: number, n: number, out: number): void;
  colour(luma: number, tint: number, byLuma: number, mean: number, std: number, n: number, out: number): void;
}

const CODE = new WebAssembly.Module(Buffer.from(YUV_ROWS, 'base64'));
const PAGE_BYTES = 65_536;
/** The functions read and write a little more than they are asked for, bytes. */
const SLACK = 32;

/** Draws yuv420p into a tensor, in vectors: a sixth of the time of a loop in JavaScript. It owns the tensor's memory. */
export class YuvRows {
  readonly #normalisation: Normalisation;
  readonly #functions = new WebAssembly.Instance(CODE).exports as Functions;

  constructor(normalisation: Normalisation) {
    this.#normalisation = normalisation;
  }

  /** The tensor's memory; memory of an earlier call must not be used any more. @param length values */
  tensor(length: number): Float32Array<ArrayBuffer> {
    this.#reserve(4 * length + SLACK);
    return new Float32Array(this.#functions.memory.buffer, 0, length);
  }

  /**
   * Scales an image bilinearly, converts and normalises it, where the axes show it. Beside it, up to 7 values are overwritten.
   *
   * @param image yuv420p
   * @param fit size of the planes of the tensor
   * @returns the tensor, as {@link tensor}
   */
  draw(image: Image, { columns, rows, unscaled }: Axes, fit: Size): Float32Array<ArrayBuffer> {
    const { width, height, pixels } = image;
    const { start, end } = columns;
    const n = end - start;
    // A view beside the image shows none of it.
    if (n === 0) return this.tensor(3 * fit.width * fit.height);
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
        along(row, near, weight, n, ownLuma);
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
    return this.tensor(3 * fit.width * fit.height);
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
