import { describe, expect, it } from 'vitest';
import type { Box } from '../../src/core/geometry.js';
import { area, iou } from '../../src/face/box.js';
import type { Detection, Landmarks } from '../../src/face/detection.js';
import { nonMaximumSuppression } from '../../src/face/nms.js';
import { type InputSize, planFit } from '../../src/image/fit.js';

const box = (x1: number, y1: number, x2: number, y2: number): Box => ({ x1, y1, x2, y2 });
const nowhere: Landmarks = [
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
];
const detection = (score: number, at: Box): Detection => ({ score, box: at, landmarks: nowhere });

describe('iou', () => {
  it('is 1 for the same box, 0 for boxes that only touch, a third for boxes that share half', () => {
    expect(iou(box(0, 0, 10, 10), box(0, 0, 10, 10))).toBe(1);
    expect(iou(box(0, 0, 10, 10), box(10, 0, 20, 10))).toBe(0);
    expect(iou(box(0, 0, 10, 10), box(5, 0, 15, 10))).toBeCloseTo(1 / 3);
  });

  it('is 0 where a box has no area', () => {
    expect(area(box(5, 5, 1, 9))).toBe(0);
    expect(iou(box(3, 3, 3, 3), box(0, 0, 10, 10))).toBe(0);
  });
});

describe('nonMaximumSuppression', () => {
  it('keeps the best of overlapping boxes and every separate box, best score first', () => {
    const kept = nonMaximumSuppression(
      [
        detection(0.6, box(1, 0, 11, 10)),
        detection(0.9, box(0, 0, 10, 10)),
        detection(0.7, box(50, 0, 60, 10)),
      ],
      0.4,
    );
    expect(kept.map(({ score }) => score)).toEqual([0.9, 0.7]);
  });

  it('ignores boxes that were themselves suppressed', () => {
    const chain = [
      detection(0.9, box(0, 0, 10, 10)),
      detection(0.8, box(4, 0, 14, 10)),
      detection(0.7, box(8, 0, 18, 10)),
    ];
    expect(nonMaximumSuppression(chain, 0.4).map(({ score }) => score)).toEqual([0.9, 0.7]);
  });
});

describe('planFit', () => {
  const dynamic: InputSize = { kind: 'dynamic', longestSide: 640 };

  it('gives a dynamic input the shape of the image in multiples of 32, not a padded square', () => {
    expect(planFit({ width: 1920, height: 1080 }, dynamic)).toMatchObject({
      width: 640,
      height: 384,
      scale: 1 / 3,
    });
    expect(planFit({ width: 720, height: 1280 }, dynamic)).toMatchObject({
      width: 384,
      height: 640,
      scale: 0.5,
    });
    expect(planFit({ width: 640, height: 480 }, dynamic)).toMatchObject({
      width: 640,
      height: 480,
      scale: 1,
    });
  });

  it('gives even a single row of pixels an input of at least 32 px', () => {
    expect(planFit({ width: 1000, height: 1 }, dynamic)).toMatchObject({ width: 640, height: 32 });
  });

  it('fills a fixed input from the top left, never beyond its edges', () => {
    const fixed: InputSize = { kind: 'fixed', width: 640, height: 640 };
    expect(planFit({ width: 1280, height: 720 }, fixed)).toEqual({
      width: 640,
      height: 640,
      scale: 0.5,
      offsetX: 0,
      offsetY: 0,
      turn: 0,
    });
    expect(planFit({ width: 300, height: 600 }, fixed).scale).toBeCloseTo(640 / 600);
  });

  it('centres the image within a region that is larger on every side', () => {
    const region = { x1: -200, y1: -200, x2: 600, y2: 600 };
    const fit = planFit({ width: 400, height: 400 }, dynamic, { region });
    expect(fit).toMatchObject({ width: 640, height: 640, scale: 0.8, offsetX: 160, offsetY: 160 });
  });

  it('scales a region to a given longest side, but no further than a fixed input allows', () => {
    const view = { region: { x1: 100, y1: 50, x2: 200, y2: 150 }, longestSide: 192 };
    expect(planFit({ width: 400, height: 400 }, dynamic, view)).toMatchObject({
      width: 192,
      height: 192,
      scale: 1.92,
      offsetX: -192,
      offsetY: -96,
    });
    const fixed: InputSize = { kind: 'fixed', width: 128, height: 128 };
    expect(planFit({ width: 400, height: 400 }, fixed, view)).toMatchObject({ width: 128, scale: 1.28 });
  });
});
