import type { Fit } from '../image/fit.js';
import type { Detection, Landmarks } from './detection.js';

/** How the rows of one stride's outputs lie: a row a cell (or an anchor of a cell), left to right, top to bottom. */
export interface Level {
  stride: number;
  /** Cells across the input at this stride. */
  columns: number;
}

/** How the face in one row lies in the network's input, in input px, before it is brought back to source px. */
export interface Candidate {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  score: number;
  /** Ten numbers: x, y of each landmark. */
  landmarks: number[];
}

/** A candidate in input px as a detection in source px. */
export function toSource(candidate: Candidate, fit: Fit): Detection {
  const source = (value: number) => (value - fit.offset) / fit.scale;
  const points = candidate.landmarks;
  const point = (index: number) => [source(points[2 * index]), source(points[2 * index + 1])] as const;
  const landmarks: Landmarks = [point(0), point(1), point(2), point(3), point(4)];
  return {
    box: {
      x1: source(candidate.x1),
      y1: source(candidate.y1),
      x2: source(candidate.x2),
      y2: source(candidate.y2),
    },
    landmarks,
    score: candidate.score,
  };
}
