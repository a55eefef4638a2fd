import type { Size } from '../core/geometry.js';
import type { Fit } from './fit.js';

/** Bits of an interpolation weight. */
const WEIGHT_BITS = 8;
const ONE = 1 << WEIGHT_BITS;

/** What each output pixel along one axis is made of. */
export interface Taps {
  /** The first output pixel that the source covers, and the one after the last. */
  start: number;
  end: number;
  /** The first of its two source pixels. */
  near: Int32Array;
  /** Of the second source pixel, in parts of 256. */
  weight: Int32Array;
  /** The nearest chroma sample. */
  chroma: Int32Array;
}

/** Both axes of a picture in its place. */
export interface Axes {
  columns: Taps;
  rows: Taps;
  /** Every output pixel is exactly one source pixel. */
  unscaled: boolean;
}

/** Where the pixels of an image come to lie in a network's input. */
export function makeAxes(image: Size, { width, height, scale, offsetX, offsetY }: Fit): Axes {
  return {
    columns: makeTaps(image.width, width, scale, offsetX),
    rows: makeTaps(image.height, height, scale, offsetY),
    unscaled: scale === 1 && offsetX === 0 && offsetY === 0,
  };
}

function makeTaps(sourceLength: number, outputLength: number, scale: number, offset: number): Taps {
  const start = Math.max(0, Math.round(offset));
  const end = Math.max(start, Math.min(outputLength, Math.round(offset + sourceLength * scale)));
  const near = new Int32Array(outputLength);
  const weight = new Int32Array(outputLength);
  const last = Math.max(0, sourceLength - 2);
  for (let i = start; i < end; i++) {
    const position = Math.min(sourceLength - 1, Math.max(0, (i - offset + 0.5) / scale - 0.5));
    near[i] = Math.min(last, Math.floor(position));
    weight[i] = Math.round((position - near[i]) * ONE);
  }
  const chroma = near.map((index, i) => (index + (weight[i] < ONE / 2 ? 0 : 1)) >> 1);
  return { start, end, near, weight, chroma };
}
