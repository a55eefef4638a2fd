import type { Image } from '../image/image.js';
import { mapPoint } from '../image/warp.js';
import { CROP_PX, estimateSimilarity, invertSimilarity, TEMPLATE } from './align.js';
import type { Landmarks } from './detection.js';

/** The pattern has this many squares a side. */
const SQUARES = 8;
const STEP = CROP_PX / SQUARES;
/** Two patterns are of one picture from this correlation on: saving it again as JPEG or scaling it leaves 0.99. */
const SAME = 0.95;
/** Below this deviation of its squares, 0..255, a picture is as good as uniform. */
const LEAST_DEVIATION = 0.5;

/**
 * The brightness of an aligned face in 8 x 8 squares, 0..255: enough to see whether a picture is still the same, and still in the
 * same place.
 *
 * @param image rgb24
 * @returns null when the landmarks span no area
 */
export function facePattern({ pixels, width, height }: Image, landmarks: Landmarks): Uint8Array | null {
  const forward = estimateSimilarity(landmarks, TEMPLATE);
  const back = forward && invertSimilarity(forward);
  if (!back) return null;
  const sums = new Float64Array(SQUARES * SQUARES);
  for (let y = 0; y < CROP_PX; y++) {
    for (let x = 0; x < CROP_PX; x++) {
      const [px, py] = mapPoint(back, [x, y]).map(Math.round);
      if (px < 0 || py < 0 || px >= width || py >= height) continue;
      const i = 3 * (py * width + px);
      const luma = 0.299 * pixels[i] + 0.587 * pixels[i + 1] + 0.114 * pixels[i + 2];
      sums[Math.floor(y / STEP) * SQUARES + Math.floor(x / STEP)] += luma;
    }
  }
  return Uint8Array.from(sums, (sum) => Math.round(sum / STEP ** 2));
}

/** Whether two patterns are of the same picture, darker or brighter perhaps. */
export function isSamePattern(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  const [x, y] = [centred(a), centred(b)];
  const dot = x.reduce((sum, value, i) => sum + value * y[i], 0);
  const [lengthX, lengthY] = [Math.hypot(...x), Math.hypot(...y)];
  const least = LEAST_DEVIATION * Math.sqrt(a.length);
  return lengthX >= least && lengthY >= least && dot >= SAME * lengthX * lengthY;
}

function centred(pattern: Uint8Array): number[] {
  const mean = pattern.reduce((sum, value) => sum + value, 0) / pattern.length;
  return Array.from(pattern, (value) => value - mean);
}
