import type { Fit } from '../image/fit.js';
import { type Level, toSource } from './decode.js';
import type { Detection } from './detection.js';

/** The three outputs at one stride; distances in strides, scores after the sigmoid. */
export interface ScrfdLevel extends Level {
  /** 1 or 2; the anchors of a cell share its centre and have adjacent rows. */
  anchorsPerCell: number;
  /** [rows, 1], 0..1. */
  scores: Float32Array;
  /** [rows, 4]: distance from the anchor centre to the left, top, right and bottom edge. */
  boxes: Float32Array;
  /** [rows, 10]: x and y of each landmark relative to the anchor centre. */
  landmarks: Float32Array;
}

/**
 * Decodes the outputs of SCRFD. Anchor centres are at (column, row) * stride.
 * Source: Guo et al., "Sample and Computation Redistribution for Efficient Face Detection", arXiv:2105.04714.
 *
 * @param minScore 0..1
 * @returns faces in source px, before non-maximum suppression
 */
export function decodeScrfd(levels: ScrfdLevel[], minScore: number, fit: Fit): Detection[] {
  const found: Detection[] = [];
  for (const { stride, columns, anchorsPerCell, scores, boxes, landmarks } of levels) {
    for (let row = 0; row < scores.length; row++) {
      const score = scores[row];
      if (!(score >= minScore)) continue;
      const cell = Math.floor(row / anchorsPerCell);
      const centreX = (cell % columns) * stride;
      const centreY = Math.floor(cell / columns) * stride;
      const points: number[] = [];
      for (let k = 0; k < 10; k += 2) {
        points.push(
          centreX + landmarks[row * 10 + k] * stride,
          centreY + landmarks[row * 10 + k + 1] * stride,
        );
      }
      const candidate = {
        x1: centreX - boxes[row * 4] * stride,
        y1: centreY - boxes[row * 4 + 1] * stride,
        x2: centreX + boxes[row * 4 + 2] * stride,
        y2: centreY + boxes[row * 4 + 3] * stride,
        score,
        landmarks: points,
      };
      found.push(toSource(candidate, fit));
    }
  }
  return found;
}
