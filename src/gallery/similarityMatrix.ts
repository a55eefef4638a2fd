import type { Size } from '../core/geometry.js';
import { ALIKE_ABOVE, type ComparedPhoto, type Face } from './comparison.js';

/** An RGB picture, 8 bits per channel. */
export interface RgbPicture extends Size {
  pixels: Uint8Array;
}

type Colour = readonly [r: number, g: number, b: number];

/** Colours of cells; see {@link SimilarityMatrix.draw}. */
export const MATRIX_COLOURS = {
  none: [74, 79, 90],
  different: [
    [18, 24, 48],
    [70, 130, 200],
  ],
  match: [245, 166, 35],
  alike: [226, 48, 48],
  own: [
    [24, 70, 44],
    [80, 220, 120],
  ],
} as const satisfies Record<string, Colour | readonly [Colour, Colour]>;

/** Few shades make a small file. */
const SHADES = 12;

/**
 * The similarity of every two people: that of their most similar photos; of a person with themselves the mean. Several people share
 * a row where there are too many, so that the memory has a limit; a cell is then the highest of all pairs in it.
 */
export class SimilarityMatrix {
  /** Rows and columns. */
  readonly side: number;
  /** People per row. */
  readonly perRow: number;
  readonly #cells: Float32Array;
  readonly #own: Float64Array;
  readonly #ownPairs: Uint32Array;

  /** @param people their number @param maxSide most rows */
  constructor(people: number, maxSide = 1000) {
    this.perRow = Math.max(1, Math.ceil(people / maxSide));
    this.side = Math.ceil(people / this.perRow);
    this.#cells = new Float32Array(this.side * this.side).fill(Number.NEGATIVE_INFINITY);
    this.#own = new Float64Array(this.side);
    this.#ownPairs = new Uint32Array(this.side);
  }

  /** A matrix for the people of those photos that are in use. */
  static of(photos: readonly ComparedPhoto[]): SimilarityMatrix {
    const inUse = photos.filter(({ result }) => result.state === 'used');
    return new SimilarityMatrix(new Set(inUse.map(({ person }) => person)).size);
  }

  /** Takes note of a pair of photos. */
  note(a: Face, b: Face, similarity: number): void {
    const [row, column] = [Math.floor(a.who / this.perRow), Math.floor(b.who / this.perRow)];
    if (a.who === b.who) {
      this.#own[row] += similarity;
      this.#ownPairs[row]++;
      return;
    }
    const cells = this.#cells;
    if (similarity <= cells[row * this.side + column]) return;
    cells[row * this.side + column] = similarity;
    cells[column * this.side + row] = similarity;
  }

  /** The value of a cell; null where there is no pair. */
  at(row: number, column: number): number | null {
    if (row === column && this.perRow === 1)
      return this.#ownPairs[row] === 0 ? null : this.#own[row] / this.#ownPairs[row];
    const value = this.#cells[row * this.side + column];
    return value === Number.NEGATIVE_INFINITY ? null : value;
  }

  /** The most similar two people, the most similar first; none where several people share a row. @param most at most so many */
  nearestPairs(most: number): { a: number; b: number; similarity: number }[] {
    const pairs: { a: number; b: number; similarity: number }[] = [];
    if (this.perRow > 1) return pairs;
    for (let b = 0; b < this.side; b++) {
      for (let a = 0; a < b; a++) {
        const similarity = this.#cells[b * this.side + a];
        if (pairs.length === most && similarity <= pairs[most - 1].similarity) continue;
        pairs.push({ a, b, similarity });
        pairs.sort((x, y) => y.similarity - x.similarity);
        pairs.length = Math.min(pairs.length, most);
      }
    }
    return pairs;
  }

  /** One px per cell: different people from dark to light up to a match, then in two warning colours; own photos in green. */
  draw(threshold: number): RgbPicture {
    const { side } = this;
    const pixels = new Uint8Array(side * side * 3);
    for (let row = 0; row < side; row++)
      for (let column = 0; column < side; column++)
        pixels.set(this.#colourAt(row, column, threshold), (row * side + column) * 3);
    return { width: side, height: side, pixels };
  }

  #colourAt(row: number, column: number, threshold: number): Colour {
    const value = this.at(row, column);
    if (value === null) return MATRIX_COLOURS.none;
    if (row === column && this.perRow === 1) return shade(MATRIX_COLOURS.own, value);
    if (value >= threshold + ALIKE_ABOVE) return MATRIX_COLOURS.alike;
    if (value >= threshold) return MATRIX_COLOURS.match;
    return shade(MATRIX_COLOURS.different, value / Math.max(threshold, 0.01));
  }
}

/** @param share 0 for the first colour, 1 for the second */
function shade([from, to]: readonly [Colour, Colour], share: number): Colour {
  const step = Math.round(Math.min(1, Math.max(0, share)) * SHADES) / SHADES;
  const mix = (channel: 0 | 1 | 2) => Math.round(from[channel] + (to[channel] - from[channel]) * step);
  return [mix(0), mix(1), mix(2)];
}
