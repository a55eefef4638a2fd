import type { Point } from '../core/geometry.js';
import type { Fit } from '../image/fit.js';
import { pointBefore } from '../image/turn.js';
import { type Detection, landmarksOf } from './detection.js';

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

/**
 * Converts a candidate in input px to a detection in source px. Where the fit turns the source, the landmarks are named as they
 * are seen after the turn.
 */
export function toSource(candidate: Candidate, fit: Fit): Detection {
  const source = (x: number, y: number): Point => {
    const [u, v] = pointBefore([x, y], fit, fit.turn);
    return [(u - fit.offsetX) / fit.scale, (v - fit.offsetY) / fit.scale];
  };
  const points = candidate.landmarks;
  const landmarks = landmarksOf((index) => source(points[2 * index], points[2 * index + 1]));
  const [ax, ay] = source(candidate.x1, candidate.y1);
  const [bx, by] = source(candidate.x2, candidate.y2);
  return {
    box: {
      x1: Math.min(ax, bx),
      y1: Math.min(ay, by),
      x2: Math.max(ax, bx),
      y2: Math.max(ay, by),
    },
    landmarks,
    score: candidate.score,
  };
}
