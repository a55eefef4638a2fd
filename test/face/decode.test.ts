import { describe, expect, it } from 'vitest';
import { decodeScrfd, type ScrfdLevel } from '../../src/face/scrfd.js';
import { decodeYunet, type YunetLevel } from '../../src/face/yunet.js';

const fit = { width: 64, height: 32, scale: 0.5, offsetX: 8, offsetY: 8, turn: 0 } as const;

function scrfdLevel(anchorsPerCell: number): ScrfdLevel {
  const rows = (64 / 8) * (32 / 8) * anchorsPerCell;
  return {
    stride: 8,
    columns: 8,
    anchorsPerCell,
    scores: new Float32Array(rows),
    boxes: new Float32Array(rows * 4).fill(1),
    landmarks: new Float32Array(rows * 10),
  };
}

describe('decodeScrfd', () => {
  it.each([1, 2])('places a face by its cell and distances, with %i anchor(s) per cell', (anchors) => {
    const level = scrfdLevel(anchors);
    // Column 3, line 2: its centre is (24, 16) in the input, (32, 16) in the source.
    const row = (2 * 8 + 3) * anchors + (anchors - 1);
    level.scores[row] = 0.9;
    level.boxes.set([1, 0.5, 2, 1], row * 4);
    level.landmarks.set([-0.5, -0.25, 0.5, -0.25, 0, 0, -0.25, 0.5, 0.25, 0.5], row * 10);
    const [face, ...others] = decodeScrfd([level], 0.5, fit);
    expect(others).toEqual([]);
    expect(face.score).toBeCloseTo(0.9);
    expect(face.box).toEqual({ x1: (16 - 8) * 2, y1: (12 - 8) * 2, x2: (40 - 8) * 2, y2: (24 - 8) * 2 });
    expect(face.landmarks[0]).toEqual([(20 - 8) * 2, (14 - 8) * 2]);
    expect(face.landmarks[4]).toEqual([(26 - 8) * 2, (20 - 8) * 2]);
  });

  it('skips scores below the limit, and values that are not a number', () => {
    const level = scrfdLevel(1);
    level.scores[0] = 0.49;
    level.scores[1] = Number.NaN;
    expect(decodeScrfd([level], 0.5, fit)).toEqual([]);
  });
});

describe('decodeYunet', () => {
  it('computes the score as geometric mean, the centre from its cell and the size from its logarithm', () => {
    const rows = 32;
    const level: YunetLevel = {
      stride: 8,
      columns: 8,
      classes: new Float32Array(rows),
      objects: new Float32Array(rows),
      boxes: new Float32Array(rows * 4),
      landmarks: new Float32Array(rows * 10),
    };
    const row = 8 + 2;
    level.classes[row] = 0.64;
    level.objects[row] = 1;
    level.boxes.set([0.5, 0.5, Math.log(2), Math.log(1)], row * 4);
    level.landmarks.set([1, 2, 0, 0, 0, 0, 0, 0, 0, 0], row * 10);
    const [face, ...others] = decodeYunet([level], 0.7, { ...fit, offsetX: 0, offsetY: 0, scale: 1 });
    expect(others).toEqual([]);
    expect(face.score).toBeCloseTo(0.8);
    expect(face.box.x1).toBeCloseTo(20 - 8);
    expect(face.box.x2).toBeCloseTo(20 + 8);
    expect(face.box.y1).toBeCloseTo(12 - 4);
    expect(face.landmarks[0]).toEqual([24, 24]);
  });
});
