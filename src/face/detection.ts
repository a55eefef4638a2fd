import type { Box, Point } from '../core/geometry.js';

/** Eye, eye, nose tip, mouth corner, mouth corner; of each pair the one further left in the image comes first. */
export type Landmarks = readonly [Point, Point, Point, Point, Point];

/** One face as a detector sees it: source px, score 0..1. */
export interface Detection {
  box: Box;
  landmarks: Landmarks;
  score: number;
}
