import { iou } from './box.js';
import type { Detection } from './detection.js';

/**
 * Greedy non-maximum suppression: of boxes that overlap by more than `maxIou`, only the one with the best score stays.
 *
 * @param maxIou intersection over union, 0..1
 * @returns the survivors, best score first
 */
export function nonMaximumSuppression(detections: Detection[], maxIou: number): Detection[] {
  const byScore = [...detections].sort((a, b) => b.score - a.score);
  const kept: Detection[] = [];
  for (const candidate of byScore) {
    if (kept.every((better) => iou(better.box, candidate.box) <= maxIou)) kept.push(candidate);
  }
  return kept;
}
