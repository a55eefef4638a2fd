import type { Box, Size } from '../core/geometry.js';

/** A clockwise turn, degrees. */
export type Turn = 0 | 90 | 180 | 270;

/** What of an image is put into a network's input, and how. */
export interface View {
  /** Part of the image, in image px; what lies outside of the image is black. Default: the whole image. */
  region?: Box;
  /** Longest side of the region in the input, px; a fixed input takes no more than its size. Default: the network's own. */
  longestSide?: number;
  /** The region is turned by this before it is put into the input. Default: 0. */
  turn?: Turn;
}

/**
 * Size of a network's input and where the source lies in it: input px = source px * scale + offset on each axis, then turned.
 */
export interface Fit extends Size {
  scale: number;
  offsetX: number;
  offsetY: number;
  turn: Turn;
}

/** A network's input: any size in multiples of 32, or one fixed size. */
export type InputSize = { kind: 'dynamic'; longestSide: number } | ({ kind: 'fixed' } & Size);

const GRID = 32;

/**
 * Fits a source into a network's input and keeps its aspect ratio. A dynamic input takes the shape of the source, rounded
 * up to multiples of 32; a fixed one is filled from the top left. The rest of the input shows the image beyond the region, or
 * is black.
 *
 * Shrinking 640x360 to 626x352 instead of padding it to 640x384 would save 8 % of the network's work, but pixels could no
 * longer be copied one to one, and on photos the embedding's cosine to the reference drops by up to 0.02.
 */
export function planFit(source: Size, input: InputSize, view: View = {}): Fit {
  const { x1, y1, x2, y2 } = view.region ?? { x1: 0, y1: 0, x2: source.width, y2: source.height };
  const turn = view.turn ?? 0;
  const isSideways = turn === 90 || turn === 270;
  const [width, height] = isSideways ? [y2 - y1, x2 - x1] : [x2 - x1, y2 - y1];
  const fixed = input.kind === 'fixed';
  const wanted = (view.longestSide ?? (fixed ? Infinity : input.longestSide)) / Math.max(width, height);
  const scale = fixed ? Math.min(wanted, input.width / width, input.height / height) : wanted;
  return {
    width: fixed ? input.width : toGrid(width * scale),
    height: fixed ? input.height : toGrid(height * scale),
    scale,
    // Without a region it is 0, not -0.
    offsetX: 0 - x1 * scale,
    offsetY: 0 - y1 * scale,
    turn,
  };
}

function toGrid(length: number): number {
  return Math.max(GRID, Math.ceil(Math.round(length) / GRID) * GRID);
}
