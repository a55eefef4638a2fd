import { COLOUR_BITS, chromaLength, type YuvWeights, yuvWeights } from './colour.js';
import type { Fit } from './fit.js';
import type { Image } from './image.js';
import {
  type Channels,
  channelPlanes,
  NORM_OFFSET,
  type Normalisation,
  normTables,
} from './normalisation.js';
import { sizeBefore, turnPlanes } from './turn.js';

/** Fits whose tables are kept: a camera's frames have two, and several cameras share a network. */
const KEPT_AXES = 8;
/** Bits of an interpolation weight. */
const WEIGHT_BITS = 8;
const ONE = 1 << WEIGHT_BITS;

/** For each output pixel along one axis: the first of its two source pixels and the weight of the second. */
interface Taps {
  /** The first output pixel that the source covers, and the one after the last. */
  start: number;
  end: number;
  near: Int32Array;
  weight: Int32Array;
}

function makeTaps(sourceLength: number, outputLength: number, scale: number, offset: number): Taps {
  const start = Math.max(0, Math.round(offset));
  const end = Math.min(outputLength, Math.round(offset + sourceLength * scale));
  const near = new Int32Array(outputLength + 1);
  const weight = new Int32Array(outputLength + 1);
  const last = Math.max(0, sourceLength - 2);
  for (let i = start; i < end; i++) {
    const position = Math.min(sourceLength - 1, Math.max(0, (i - offset + 0.5) / scale - 0.5));
    near[i] = Math.min(last, Math.floor(position));
    weight[i] = Math.round((position - near[i]) * ONE);
  }
  return { start, end, near, weight };
}

interface Axes {
  columns: Taps;
  rows: Taps;
  /** Every output pixel is exactly one source pixel. */
  unscaled: boolean;
}

/** Writes images into a network's input tensor. It keeps its tables between calls: make one per network. */
export class Letterbox {
  readonly #norm: Channels;
  readonly #order: Normalisation['order'];
  readonly #cached = new Map<string, Axes>();
  #lumaRow = new Uint8Array(0);
  #unturned = new Float32Array(0);

  constructor(normalisation: Normalisation) {
    this.#norm = normTables(normalisation);
    this.#order = normalisation.order;
  }

  /**
   * Scales an image bilinearly into `out`, turns it, converts it to the network's channel order and normalises it.
   *
   * @param out planar, [3, fit.height, fit.width]; overwritten completely
   */
  draw(image: Image, fit: Fit, out: Float32Array): void {
    if (fit.turn === 0) {
      this.#drawUpright(image, fit, out);
      return;
    }
    if (this.#unturned.length !== out.length) this.#unturned = new Float32Array(out.length);
    this.#drawUpright(image, { ...fit, ...sizeBefore(fit, fit.turn) }, this.#unturned);
    turnPlanes(this.#unturned, out, fit, fit.turn);
  }

  #drawUpright(image: Image, fit: Fit, out: Float32Array): void {
    const planes = channelPlanes(out, fit.width * fit.height, this.#order);
    const axes = this.#axes(image, fit);
    this.#blacken(fit, axes, planes);
    if (image.format === 'rgb24') drawRgb(image, fit, axes, planes, this.#norm);
    else this.#drawYuv(image, fit, axes, planes);
  }

  #axes(image: Image, fit: Fit): Axes {
    const { scale, offsetX, offsetY } = fit;
    const key = [image.width, image.height, fit.width, fit.height, scale, offsetX, offsetY].join(' ');
    if (this.#lumaRow.length <= fit.width) this.#lumaRow = new Uint8Array(fit.width + 1);
    const cached = this.#cached.get(key);
    if (cached) return cached;
    const columns = makeTaps(image.width, fit.width, scale, offsetX);
    const rows = makeTaps(image.height, fit.height, scale, offsetY);
    const axes = { columns, rows, unscaled: scale === 1 && offsetX === 0 && offsetY === 0 };
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

  #drawYuv(image: Image, fit: Fit, { columns, rows, unscaled }: Axes, planes: Channels): void {
    const { pixels, width } = image;
    const chromaWidth = chromaLength(width);
    const uPlane = width * image.height;
    const vPlane = uPlane + chromaWidth * chromaLength(image.height);
    const weights = yuvWeights(image.colour);
    const chromaColumns = nearestChroma(columns);
    const chromaRows = nearestChroma(rows);
    const down = image.height > 1 ? width : 0;
    const right = width > 1 ? 1 : 0;
    for (let y = rows.start; y < rows.end; y++) {
      const top = (unscaled ? y : rows.near[y]) * width;
      const chroma = chromaRows[y] * chromaWidth;
      let luma = pixels;
      let lumaStart = top;
      if (!unscaled) {
        luma = this.#lumaRow;
        lumaStart = 0;
        lerpRow(pixels, top, top + down, rows.weight[y], right, columns, luma);
      }
      const u = uPlane + chroma;
      const v = vPlane + chroma;
      colourRow(
        pixels,
        luma,
        lumaStart,
        u,
        v,
        chromaColumns,
        columns,
        y * fit.width,
        planes,
        weights,
        this.#norm,
      );
    }
  }
}

/** For each output pixel of a luma axis, the index of the nearest chroma sample. */
function nearestChroma({ near, weight }: Taps): Int32Array {
  return near.map((index, i) => (index + (weight[i] < ONE / 2 ? 0 : 1)) >> 1);
}

/** Interpolates one output row of luma from two source rows; `out` begins with the first pixel that the source covers. */
function lerpRow(
  pixels: Uint8Array,
  top: number,
  bottom: number,
  wy: number,
  right: number,
  { start, end, near, weight }: Taps,
  out: Uint8Array,
): void {
  for (let x = start; x < end; x++) {
    const i = near[x];
    const wx = weight[x];
    const a = pixels[top + i];
    const c = pixels[bottom + i];
    const upper = (a << WEIGHT_BITS) + Math.imul(pixels[top + i + right] - a, wx);
    const lower = (c << WEIGHT_BITS) + Math.imul(pixels[bottom + i + right] - c, wx);
    out[x - start] = ((upper << WEIGHT_BITS) + Math.imul(lower - upper, wy)) >> (2 * WEIGHT_BITS);
  }
}

/** Converts one output row to the network's colours. Two pixels share a chroma sample, as in the source. */
function colourRow(
  pixels: Uint8Array,
  luma: Uint8Array,
  lumaStart: number,
  u: number,
  v: number,
  chromaColumns: Int32Array,
  { start, end }: Taps,
  outStart: number,
  planes: Channels,
  weights: YuvWeights,
  norm: Channels,
): void {
  const { r, g, b } = norm;
  const { r: red, g: green, b: blue } = planes;
  const { luma: wy, rv, gu, gv, bu } = weights;
  const bias = weights.bias + (NORM_OFFSET << COLOUR_BITS);
  const lumaShift = lumaStart - start;
  let o = outStart + start;
  for (let x = start; x < end; x += 2, o += 2) {
    const i = chromaColumns[x];
    const cu = pixels[u + i] - 128;
    const cv = pixels[v + i] - 128;
    const forRed = Math.imul(cv, rv) + bias;
    const forGreen = bias - Math.imul(cu, gu) - Math.imul(cv, gv);
    const forBlue = Math.imul(cu, bu) + bias;
    const first = Math.imul(luma[x + lumaShift], wy);
    red[o] = r[(first + forRed) >> COLOUR_BITS];
    green[o] = g[(first + forGreen) >> COLOUR_BITS];
    blue[o] = b[(first + forBlue) >> COLOUR_BITS];
    if (x + 1 === end) break;
    const second = Math.imul(luma[x + 1 + lumaShift], wy);
    red[o + 1] = r[(second + forRed) >> COLOUR_BITS];
    green[o + 1] = g[(second + forGreen) >> COLOUR_BITS];
    blue[o + 1] = b[(second + forBlue) >> COLOUR_BITS];
  }
}

function drawRgb(image: Image, fit: Fit, { columns, rows }: Axes, planes: Channels, norm: Channels): void {
  const { pixels, width } = image;
  const rowBytes = width * 3;
  const down = image.height > 1 ? rowBytes : 0;
  const right = width > 1 ? 3 : 0;
  for (const [channel, name] of (['r', 'g', 'b'] as const).entries()) {
    const table = norm[name];
    const plane = planes[name];
    for (let y = rows.start; y < rows.end; y++) {
      const top = rows.near[y] * rowBytes + channel;
      const bottom = top + down;
      const wy = rows.weight[y];
      let o = y * fit.width + columns.start;
      for (let x = columns.start; x < columns.end; x++, o++) {
        const i = columns.near[x] * 3;
        const wx = columns.weight[x];
        const a = pixels[top + i];
        const c = pixels[bottom + i];
        const upper = (a << WEIGHT_BITS) + Math.imul(pixels[top + i + right] - a, wx);
        const lower = (c << WEIGHT_BITS) + Math.imul(pixels[bottom + i + right] - c, wx);
        plane[o] =
          table[(((upper << WEIGHT_BITS) + Math.imul(lower - upper, wy)) >> (2 * WEIGHT_BITS)) + NORM_OFFSET];
      }
    }
  }
}
