import type { Detection, Landmarks } from '../types.js';
import type { Fit } from './fit.js';

/** One stride's raw outputs: a row a cell (or a row for each of a cell's anchors), left to right, top to bottom. */
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
  const x = (value: number) => (value - fit.offsetX) / fit.scale;
  const y = (value: number) => (value - fit.offsetY) / fit.scale;
  const points = candidate.landmarks;
  const point = (index: number) => [x(points[2 * index]), y(points[2 * index + 1])] as const;
  const landmarks: Landmarks = [point(0), point(1), point(2), point(3), point(4)];
  return {
    box: { x1: x(candidate.x1), y1: y(candidate.y1), x2: x(candidate.x2), y2: y(candidate.y2) },
    landmarks,
    score: candidate.score,
  };
}
