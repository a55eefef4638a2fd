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
  return {
    box: { x1: box.x1 * factor, y1: box.y1 * factor, x2: box.x2 * factor, y2: box.y2 * factor },
    landmarks: mapLandmarks(landmarks, ([x, y]) => [x * factor, y * factor]),
    score,
  };
}

/** The mean of landmarks of one face. @param all at least one */
export function meanLandmarks(all: readonly Landmarks[]): Landmarks {
  const mean = (point: number, axis: 0 | 1) =>
    all.reduce((sum, landmarks) => sum + landmarks[point][axis], 0) / all.length;
  return landmarksOf((point) => [mean(point, 0), mean(point, 1)]);
}

/** Landmarks of which each goes somewhere else. */
export function mapLandmarks(landmarks: Landmarks, move: (point: Point) => Point): Landmarks {
  return landmarksOf((index) => move(landmarks[index]));
}

/** Landmarks by their index, 0 to 4. */
export function landmarksOf(point: (index: number) => Point): Landmarks {
  return [point(0), point(1), point(2), point(3), point(4)];
}
