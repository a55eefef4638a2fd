import { SpotterError } from '../src/core/errors.js';
import type { LookClass, SimilarityCurves } from '../src/face/odds.js';
import { draw } from './identification.js';
import { randomNumbers } from './random.js';
import { quantile } from './statistics.js';

/** Fewer pairs of different people show no more than the similarity of one in a thousand. */
const MIN_PAIRS = 10_000;
/** Fewer looks have no median that is worth to be written down. */
export const MIN_LOOKS = 20;
/** With fewer people, the largest similarities to two halves of them are hardly in the tail. */
const MIN_PEOPLE = 40;
/**
 * Points of the fit: shares of pairs, from one in a hundred to this many pairs, evenly spaced on a logarithmic scale. What is more
 * frequent decides no name.
 */
const FIT = { points: 40, from: 0.01, to: 10 ** -5.3, leastPairs: 10 };
const HALVES = { draws: 20, people: 100 };
/** The catalogue allows no smaller deviation. */
const LEAST_DEVIATION = 0.01;

/**
 * How rarely different people are this similar: least squares of ln(share of pairs) over quantiles of the
 * similarity.
 *
 * @param similarities of all pairs of photos of different people, -1..1
 * @returns a, b and c of {@link SimilarityCurves.different}
 * @throws SpotterError usage: too few pairs, or no tail like that of faces
 */
export function fitDifferent(similarities: Float32Array): [a: number, b: number, c: number] {
  const pairs = similarities.length;
  if (pairs < MIN_PAIRS)
    throw new SpotterError(
      'usage',
      `the photos give ${pairs} pairs of different people, of at least ${MIN_PAIRS}; give photos of more people, such as 150 with one photo each`,
    );
  const ascending = similarities.toSorted();
  const [first, last] = [FIT.from, Math.max(FIT.to, FIT.leastPairs / pairs)].map(Math.log);
  const points = Array.from({ length: FIT.points }, (_, index) => {
    const ln = first + ((last - first) * index) / (FIT.points - 1);
    return [ascending[pairs - Math.round(Math.exp(ln) * pairs)], ln] as const;
  });
  const [a, b, c] = parabola(points);
  if (c < 0 && a + b + c < 0) return [a, b, c];
  throw new SpotterError(
    'usage',
    'different people become no rarer with growing similarity; check that the embedder fits, and that each photo shows whom it is said to show',
  );
}

/**
 * Median and robust deviation of the similarity of looks to a photo of the same person, by class of the look. A class with too
 * few looks has the values of poor ones, which is cautious: of a worse look, less is expected.
 *
 * @throws SpotterError usage: too few frontal or poor looks
 */
export function fitSame(
  similarities: Readonly<Record<LookClass, readonly number[]>>,
): SimilarityCurves['same'] {
  const { frontal, turned, poor } = similarities;
  for (const [name, values] of Object.entries({ frontal, poor }))
    if (values.length < MIN_LOOKS)
      throw new SpotterError(
        'usage',
        `${values.length} looks are ${name}, of at least ${MIN_LOOKS}; give more people a second photo with a face that looks into the camera, of 56 px or more`,
      );
  const worst = medianAndDeviation(poor);
  return {
    frontal: medianAndDeviation(frontal),
    turned: turned.length < MIN_LOOKS ? worst : medianAndDeviation(turned),
    poor: worst,
  };
}

function medianAndDeviation(values: readonly number[]): [median: number, deviation: number] {
  const [low, middle, high] = [0.16, 0.5, 0.84].map((q) => quantile(values, q));
  return [middle, Math.max(LEAST_DEVIATION, (high - low) / 2)];
}

/**
 * Standard deviation of what one face's similarities to everybody have in common: the gallery is cut into random halves; what a
 * face's largest similarity to one half says about that to the other half, it has in common with both. Their covariance over
 * all faces is the square of the shift, whatever the shape of the tail.
 *
 * @param faces for each face its similarities to the people of the gallery; NaN for itself
 * @throws SpotterError usage: too few people
 */
export function shiftOf(faces: readonly Float32Array[]): number {
  const people = faces.at(0)?.length ?? 0;
  if (people < MIN_PEOPLE)
    throw new SpotterError(
      'usage',
      `${people} people have a usable photo, of at least ${MIN_PEOPLE}; give photos of more people`,
    );
  const random = randomNumbers();
  const columns = Array.from({ length: people }, (_, column) => column);
  const half = Math.min(HALVES.people, Math.floor(people / 2));
  let sum = 0;
  for (let round = 0; round < HALVES.draws; round++) {
    const drawn = draw(columns, 2 * half, random);
    const largest = [drawn.slice(0, half), drawn.slice(half)].map((some) =>
      faces.map((face) => some.reduce((most, column) => (face[column] > most ? face[column] : most), -1)),
    );
    sum += covariance(largest[0], largest[1]);
  }
  return Math.sqrt(Math.max(0, sum / HALVES.draws));
}

function covariance(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  return mean(a.map((value, index) => (value - meanA) * (b[index] - meanB)));
}

/** The parabola a + b x + c x² with the least squares of the errors. */
function parabola(points: readonly (readonly [x: number, y: number])[]): [number, number, number] {
  const powers = [0, 1, 2];
  const rows = powers.map((row) => [
    ...powers.map((column) => points.reduce((sum, [x]) => sum + x ** (row + column), 0)),
    points.reduce((sum, [x, y]) => sum + y * x ** row, 0),
  ]);
  // Gauss-Jordan elimination; the matrix is positive definite, so that no pivot is 0.
  for (const pivot of powers)
    for (const row of powers) {
      const factor = row === pivot ? 0 : rows[row][pivot] / rows[pivot][pivot];
      rows[row] = rows[row].map((value, column) => value - factor * rows[pivot][column]);
    }
  const [a, b, c] = powers.map((row) => rows[row][3] / rows[row][row]);
  return [a, b, c];
}
