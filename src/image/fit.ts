import type { Size } from '../core/geometry.js';

/** Size of a network's input and where the source lies in it; on both axes, input px = source px * scale + offset. */
export interface Fit extends Size {
  scale: number;
  offset: number;
}

/** A network's input: any size in multiples of 32, or one fixed size. */
export type InputSize = { kind: 'dynamic'; longestSide: number } | ({ kind: 'fixed' } & Size);

const GRID = 32;

/**
 * Fits a source into a network's input and keeps its aspect ratio. A dynamic input takes the shape of the source, rounded
 * up to multiples of 32; a fixed one is filled from the top left. The rest of the input stays black.
 *
 * Shrinking 640x360 to 626x352 instead of padding it to 640x384 would save 8 % of the network's work, but pixels could no
 * longer be copied one to one, and on photos the embedding's cosine to the reference drops by up to 0.02.
 *
 * @param border blank margin on every side, as a fraction of the source's longest side; the source then shrinks
 *   and moves to the middle
 */
export function planFit(source: Size, input: InputSize, border = 0): Fit {
  const margin = border * Math.max(source.width, source.height);
  const width = source.width + 2 * margin;
  const height = source.height + 2 * margin;
  const fixed = input.kind === 'fixed';
  const scale = fixed
    ? Math.min(input.width / width, input.height / height)
    : input.longestSide / Math.max(width, height);
  return {
    width: fixed ? input.width : toGrid(width * scale),
    height: fixed ? input.height : toGrid(height * scale),
    scale,
    offset: margin * scale,
  };
}

function toGrid(length: number): number {
  return Math.max(GRID, Math.ceil(Math.round(length) / GRID) * GRID);
}
