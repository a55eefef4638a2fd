import { describe, expect, it } from 'vitest';
import { comparePhotos } from '../../src/gallery/comparison.js';
import { MATRIX_COLOURS, SimilarityMatrix } from '../../src/gallery/similarityMatrix.js';
import { photo } from '../helpers/compared.js';

/** Photos of these people, one per direction, and the matrix of them. */
function matrixOf(people: number[][][], maxSide?: number): SimilarityMatrix {
  const photos = people.flatMap((directions, who) =>
    directions.map((direction, n) => photo(`p${who}/${n}.jpg`, direction)),
  );
  const matrix = new SimilarityMatrix(people.length, maxSide);
  comparePhotos(photos, 0.4, undefined, (a, b, similarity) => matrix.note(a, b, similarity));
  return matrix;
}

describe('SimilarityMatrix', () => {
  const people = [
    [
      [1, 0],
      [1, 1],
    ],
    [[0, 1]],
    [[-1, 0.2]],
  ];

  it('has the most similar photos of two people, and the mean of one person', () => {
    const matrix = matrixOf(people);
    expect(matrix.at(0, 1)).toBeCloseTo(0.9 * Math.SQRT1_2, 4);
    expect(matrix.at(1, 0)).toBe(matrix.at(0, 1));
    expect(matrix.at(0, 0)).toBeCloseTo(0.9 * Math.SQRT1_2, 4);
    expect(matrix.at(1, 1)).toBeNull();
    expect(matrix.nearestPairs(2).map(({ a, b }) => [a, b])).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  it('draws people who match in two colours, by how much', () => {
    const { pixels, width } = matrixOf(people).draw(0.5);
    const colourAt = (row: number, column: number) => [
      ...pixels.slice((row * width + column) * 3).slice(0, 3),
    ];
    expect(colourAt(0, 1)).toEqual([...MATRIX_COLOURS.match]);
    expect(colourAt(1, 1)).toEqual([...MATRIX_COLOURS.none]);
    expect(colourAt(0, 2)).toEqual([...MATRIX_COLOURS.different[0]]);
    const alike = matrixOf([[[1, 0]], [[1, 0]]]).draw(0.5);
    expect([...alike.pixels.slice(3, 6)]).toEqual([...MATRIX_COLOURS.alike]);
  });

  it('lets several people share a row where there are too many, with the highest of all pairs', () => {
    const many = new SimilarityMatrix(100_000, 500);
    expect({ side: many.side, perRow: many.perRow }).toEqual({ side: 500, perRow: 200 });
    const shared = matrixOf([[[1, 0]], [[0, 1]], [[1, 0.1]], [[0, -1]]], 2);
    expect(shared.side).toBe(2);
    expect(shared.at(0, 1)).toBeGreaterThan(0.89);
    expect(shared.at(0, 0)).toBeCloseTo(0);
    expect(shared.nearestPairs(5)).toEqual([]);
  });
});
