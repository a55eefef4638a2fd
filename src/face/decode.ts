import type { Fit } from '../image/fit.js';
import type { Detection, Landmarks } from './detection.js';

/** Layout of the outputs at one stride: one row per cell (or per anchor of a cell), left to right, top to bottom. */
export interface Level {
  /** Size of a cell, px. */
  stride: number;
  /** Cells across the input at this stride. */
  columns: number;
}

/** A face in the network's input, in input px. */
export interface Candidate {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  score: number;
  /** Ten numbers: x and y of each landmark. */
  landmarks: number[];
}

/** Converts a candidate in input px to a detection in source px. */
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
