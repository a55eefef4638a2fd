import type { Size } from '../core/geometry.js';

/** Memory layout of the colour channels. */
export type PixelFormat = 'rgb24' | 'yuv420p';

/** How Y'CbCr converts to R'G'B' (ITU-R BT.601, BT.709, BT.2020). Meaningless for rgb24. */
export interface ColourSpace {
  matrix: 'bt601' | 'bt709' | 'bt2020';
  /** true: 0..255 for black..white; false: 16..235. */
  fullRange: boolean;
}

/**
 * An image in memory: square pixels, rows from the top, no padding between rows.
 * rgb24: 3 bytes per pixel. yuv420p: a full plane of Y, then Cb and Cr at half size (odd sizes rounded up).
 */
export interface Image extends Size {
  format: PixelFormat;
  colour: ColourSpace;
  /** Backed by a SharedArrayBuffer, so that workers read it without copying. */
  pixels: Uint8Array;
}
