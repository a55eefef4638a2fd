import { describe, expect, it } from 'vitest';
import type { Point } from '../../src/core/geometry.js';
import { Aligner, CROP_PX, estimateSimilarity, invertSimilarity, TEMPLATE } from '../../src/face/align.js';
import type { Landmarks } from '../../src/face/detection.js';
import { mapPoint, type Similarity } from '../../src/image/warp.js';
import { flatYuv, rgbImage } from '../helpers/image.js';

const move = (landmarks: Landmarks, by: Similarity) =>
  landmarks.map((point) => mapPoint(by, point)) as unknown as Landmarks;

describe('estimateSimilarity and invertSimilarity', () => {
  it('recover the exact motion of the landmarks', () => {
    const motion = { a: 1.7 * Math.cos(0.4), b: 1.7 * Math.sin(0.4), tx: 31, ty: -12 };
    const found = estimateSimilarity(TEMPLATE, move(TEMPLATE, motion));
    for (const key of ['a', 'b', 'tx', 'ty'] as const) expect(found?.[key]).toBeCloseTo(motion[key], 6);
  });

  it('return null for landmarks in one point', () => {
    const point: Point = [5, 5];
    expect(estimateSimilarity([point, point, point, point, point], TEMPLATE)).toBeNull();
    expect(
      estimateSimilarity(TEMPLATE.map((): Point => [Number.NaN, 0]) as unknown as Landmarks, TEMPLATE),
    ).toBeNull();
  });

  it('cancel each other out', () => {
    const there = { a: 0.6, b: -0.9, tx: 4, ty: 7 };
    const back = invertSimilarity(there) as Similarity;
    const [x, y] = mapPoint(back, mapPoint(there, [12, 34]));
    expect(x).toBeCloseTo(12);
    expect(y).toBeCloseTo(34);
  });
});

describe('Aligner.cut', () => {
  const normalisation = { order: 'rgb', mean: [0, 0, 0], std: [1, 1, 1] } as const;
  const crop = () => new Float32Array(3 * CROP_PX * CROP_PX);

  it('aligns a rotated and scaled face: each pixel comes from the position that the landmarks imply', () => {
    const motion = { a: 2 * Math.cos(0.3), b: 2 * Math.sin(0.3), tx: 150, ty: 80 };
    const image = rgbImage(500, 500, (x, y) => [x / 2, y / 2, 0]);
    const out = crop();
    expect(new Aligner(normalisation).cut(image, move(TEMPLATE, motion), out)).toBe(true);
    for (const [x, y] of [
      [30, 40],
      [56, 72],
      [90, 100],
    ] as const) {
      const [sx, sy] = mapPoint(motion, [x, y]);
      expect(Math.abs(out[y * CROP_PX + x] - sx / 2)).toBeLessThanOrEqual(1.5);
      expect(Math.abs(out[CROP_PX * CROP_PX + y * CROP_PX + x] - sy / 2)).toBeLessThanOrEqual(1.5);
    }
  });

  it('is black where the face lies outside the image', () => {
    const image = rgbImage(60, 60, () => [200, 200, 200]);
    const out = crop();
    new Aligner(normalisation).cut(image, TEMPLATE, out);
    expect(out[0]).toBe(200);
    expect(out[111 * CROP_PX + 111]).toBe(0);
    const outside = flatYuv(60, 60, [180, 128, 128]);
    new Aligner(normalisation).cut(outside, TEMPLATE, out);
    expect(out[111 * CROP_PX + 111]).toBe(0);
  });

  it('returns false for landmarks without area and leaves the crop unchanged', () => {
    const out = crop().fill(7);
    const point: Point = [3, 3];
    const aligner = new Aligner(normalisation);
    expect(
      aligner.cut(
        rgbImage(8, 8, () => [0, 0, 0]),
        [point, point, point, point, point],
        out,
      ),
    ).toBe(false);
    expect(out[0]).toBe(7);
  });
});
