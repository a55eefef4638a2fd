import type { Box, Point } from '../core/geometry.js';

/** Five landmarks: eye, eye, nose tip, mouth corner, mouth corner. In each pair the one further left in the image is first. */
export type Landmarks = readonly [Point, Point, Point, Point, Point];

/** A detected face: box and landmarks in source px, score 0..1. */
export interface Detection {
  box: Box;
  landmarks: Landmarks;
  score: number;
}
