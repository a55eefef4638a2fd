import type { Fit } from '../image/fit.js';
import { type Level, toSource } from './decode.js';
import type { Detection } from './detection.js';

/** The four outputs at one stride. */
export interface YunetLevel extends Level {
  /** Class score, [rows, 1], 0..1; the score of a face is the geometric mean of class and object score. */
  classes: Float32Array;
  /** Object score, [rows, 1], 0..1. */
  objects: Float32Array;
  /** [rows, 4]: offset of the centre from the cell in strides, logarithm of the size in strides. */
  boxes: Float32Array;
  /** [rows, 10]: x and y of each landmark relative to the cell, in strides. */
  landmarks: Float32Array;
}

/**
 * Decodes the outputs of YuNet, version 2023mar. Cells are at (column, row) * stride.
 * Source: Wu, Peng and Yu, "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence Research 2023.
 *
 * @param minScore 0..1
 * @returns faces in source px, before non-maximum suppression
 */
export function decodeYunet(levels: YunetLevel[], minScore: number, fit: Fit): Detection[] {
  const found: Detection[] = [];
  const minProduct = minScore * minScore;
  for (const { stride, columns, classes, objects, boxes, landmarks } of levels) {
    for (let row = 0; row < classes.length; row++) {
      const product = clamp01(classes[row]) * clamp01(objects[row]);
      if (!(product >= minProduct)) continue;
      const column = row % columns;
      const line = Math.floor(row / columns);
      const centreX = (column + boxes[row * 4]) * stride;
      const centreY = (line + boxes[row * 4 + 1]) * stride;
      const halfWidth = (Math.exp(boxes[row * 4 + 2]) * stride) / 2;
      const halfHeight = (Math.exp(boxes[row * 4 + 3]) * stride) / 2;
      const points: number[] = [];
      for (let k = 0; k < 10; k += 2) {
        points.push(
          (column + landmarks[row * 10 + k]) * stride,
          (line + landmarks[row * 10 + k + 1]) * stride,
        );
      }
      const candidate = {
        x1: centreX - halfWidth,
        y1: centreY - halfHeight,
        x2: centreX + halfWidth,
        y2: centreY + halfHeight,
        score: Math.sqrt(product),
        landmarks: points,
      };
      found.push(toSource(candidate, fit));
    }
  }
  return found;
}

function clamp01(value: number): number {
  return Math.min(1, Math.max(0, value));
}
