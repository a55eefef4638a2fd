import type { Point } from '../core/geometry.js';
import { mapPoint, type Similarity } from '../image/warp.js';
import { alignedView, CROP_PX, estimateSimilarity, TEMPLATE } from './align.js';
import { type Landmarks, landmarksOf } from './detection.js';

/** Side of the landmark network's input, px. */
export const LANDMARK_PX = 64;
/** What the input shows around an aligned face on each side, px of {@link TEMPLATE}. */
const BORDER = 16;
const SCALE = LANDMARK_PX / (CROP_PX + 2 * BORDER);
/** Mean distance, in sizes of the face, below which two sets of landmarks agree. */
const AGREE = 0.15;

/**
 * A face in the input of the landmark network, as aligned by landmarks that may be off.
 *
 * @returns maps px of the input to image px; null when the landmarks span no area
 */
export function landmarkView(landmarks: Landmarks): Similarity | null {
  const aligned = estimateSimilarity(landmarks, TEMPLATE);
  return aligned && alignedView(aligned, [CROP_PX / 2, CROP_PX / 2], SCALE, LANDMARK_PX);
}

/** The landmarks that the network reads in a view, image px. @param places x, y of each, as shares of the side of the input */
export function landmarksInView(toImage: Similarity, places: Float32Array): Landmarks {
  return landmarksOf((index) =>
    mapPoint(toImage, [places[2 * index] * LANDMARK_PX, places[2 * index + 1] * LANDMARK_PX]),
  );
}

/** Whether two sets of landmarks show a face in nearly the same place, size and rotation. */
export function agree(one: Landmarks, other: Landmarks): boolean {
  const distance = one.reduce((sum, [x, y], i) => sum + Math.hypot(x - other[i][0], y - other[i][1]), 0) / 5;
  return distance < AGREE * sizeOf(other);
}

/** Whether landmarks that were found once more are those of the same face, and not of one beside it. */
export function isSameFace(before: Landmarks, after: Landmarks): boolean {
  const [x, y] = centre(before);
  const [u, v] = centre(after);
  return Math.hypot(x - u, y - v) < sizeOf(before);
}

function centre(landmarks: Landmarks): Point {
  const mean = (axis: 0 | 1) => landmarks.reduce((sum, point) => sum + point[axis], 0) / landmarks.length;
  return [mean(0), mean(1)];
}

/** The distance of the eyes, or that of eyes and mouth where it is larger, as in profile. */
function sizeOf([left, right, , mouthLeft, mouthRight]: Landmarks): number {
  const middle = (a: Point, b: Point): Point => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  const distance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1]);
  return Math.max(distance(left, right), distance(middle(left, right), middle(mouthLeft, mouthRight)));
}
