import { describe, expect, it } from 'vitest';
import { TEMPLATE } from '../../src/face/align.js';
import { type Landmarks, mapLandmarks } from '../../src/face/detection.js';
import { agree, LANDMARK_PX, landmarksInView, landmarkView } from '../../src/face/landmarkView.js';
import { mapPoint, type Similarity } from '../../src/image/warp.js';

/** The landmarks of a face of 200 px around 300, 200, rotated clockwise. */
function face(deg: number): Landmarks {
  const radians = (deg * Math.PI) / 180;
  const placed = { a: 2 * Math.cos(radians), b: 2 * Math.sin(radians), tx: 300, ty: 200 };
  return mapLandmarks(TEMPLATE, ([x, y]) => mapPoint(placed, [x - 56, y - 56]));
}

const POINT = [...Array(5)].map(() => [1, 1]) as unknown as Landmarks;
/** Where the landmarks of an aligned face lie in the input, as shares of its side: 16 px of the template are around it. */
const ALIGNED = Float32Array.from(TEMPLATE.flat(), (px) => (px + 16) / 144);

describe('landmarkView', () => {
  it.each([0, 35, -120])('shows a face upright and in the middle: rotated by %d degrees', (deg) => {
    const toImage = landmarkView(face(deg)) as Similarity;
    const read = landmarksInView(toImage, ALIGNED);
    for (const [index, [x, y]] of read.entries()) {
      expect(x).toBeCloseTo(face(deg)[index][0], 3);
      expect(y).toBeCloseTo(face(deg)[index][1], 3);
    }
    const [left, top] = mapPoint(toImage, [0, 0]);
    const [right, bottom] = mapPoint(toImage, [LANDMARK_PX, LANDMARK_PX]);
    expect(Math.hypot(right - left, bottom - top)).toBeCloseTo(2 * 144 * Math.SQRT2, 3);
  });

  it('is null for landmarks without area', () => {
    expect(landmarkView(POINT)).toBeNull();
  });
});

describe('agree', () => {
  it('compares places with the size of the face', () => {
    const shifted = (px: number) => mapLandmarks(face(0), ([x, y]) => [x + px, y]);
    expect(agree(face(0), face(0))).toBe(true);
    expect(agree(shifted(9), face(0))).toBe(true);
    expect(agree(shifted(16), face(0))).toBe(false);
  });

  it('compares rotations', () => {
    expect(agree(face(30), face(35))).toBe(true);
    expect(agree(face(30), face(50))).toBe(false);
  });

  it('takes the height of a face in profile, whose eyes are close together', () => {
    const profile = mapLandmarks(face(0), ([x, y]) => [300 + (x - 300) / 20, y]);
    expect(
      agree(
        mapLandmarks(profile, ([x, y]) => [x, y + 5]),
        profile,
      ),
    ).toBe(true);
    expect(agree(POINT, profile)).toBe(false);
  });
});
