import type { Box, Point } from '../core/geometry.js';

/** Five landmarks: eye, eye, nose tip, mouth corner, mouth corner. In each pair the one further left in the image is first. */
export type Landmarks = readonly [Point, Point, Point, Point, Point];

/** A detected face: box and landmarks in source px, score 0..1. */
export interface Detection {
  box: Box;
  landmarks: Landmarks;
  score: number;
}

/** The mean of detections of one face: box, landmarks and score. @param faces at least one */
export function meanFace(faces: readonly Detection[]): Detection {
  const mean = (of: (face: Detection) => number) =>
    faces.reduce((sum, face) => sum + of(face), 0) / faces.length;
  return {
    box: {
      x1: mean(({ box }) => box.x1),
      y1: mean(({ box }) => box.y1),
      x2: mean(({ box }) => box.x2),
      y2: mean(({ box }) => box.y2),
    },
    landmarks: meanLandmarks(faces.map(({ landmarks }) => landmarks)),
    score: mean(({ score }) => score),
  };
}

/** A face in a picture that is `factor` times as large. */
export function scaledFace({ box, landmarks, score }: Detection, factor: number): Detection {
  const point = ([x, y]: Point): Point => [x * factor, y * factor];
  const [a, b, c, d, e] = landmarks;
  return {
    box: { x1: box.x1 * factor, y1: box.y1 * factor, x2: box.x2 * factor, y2: box.y2 * factor },
    landmarks: [point(a), point(b), point(c), point(d), point(e)],
    score,
  };
}

/** The mean of landmarks of one face. @param all at least one */
export function meanLandmarks(all: readonly Landmarks[]): Landmarks {
  const mean = (point: number, axis: 0 | 1) =>
    all.reduce((sum, landmarks) => sum + landmarks[point][axis], 0) / all.length;
  const point = (index: number): Point => [mean(index, 0), mean(index, 1)];
  return [point(0), point(1), point(2), point(3), point(4)];
}
