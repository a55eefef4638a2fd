import { describe, expect, it } from 'vitest';
import { estimateSimilarity, invertSimilarity, TEMPLATE } from '../../src/face/align.js';
import { type Detection, type Landmarks, mapLandmarks } from '../../src/face/detection.js';
import {
  isUprightIn,
  refined,
  tiltDeg,
  type UprightView,
  uprightViews,
} from '../../src/face/uprightViews.js';
import { mapPoint, type Similarity } from '../../src/image/warp.js';

/** The landmarks of a face of 200 px, rotated clockwise. */
function face(deg: number): Landmarks {
  const radians = (deg * Math.PI) / 180;
  const placed = { a: 2 * Math.cos(radians), b: 2 * Math.sin(radians), tx: 300, ty: 200 };
  return mapLandmarks(TEMPLATE, (point) => mapPoint(placed, point));
}

/** What a detector would find in a view: the face there, its landmarks at these image px. */
function shownIn({ left, side, toImage }: UprightView, landmarks: Landmarks): Detection {
  const toView = invertSimilarity(toImage) as Similarity;
  const half = side / 4;
  const [x, y] = [left + side / 2, side / 2];
  return {
    box: { x1: x - half, y1: y - half, x2: x + half, y2: y + half },
    landmarks: mapLandmarks(landmarks, (point) => {
      const [u, v] = mapPoint(toView, point);
      return [u + left, v];
    }),
    score: 0.9,
  };
}

const INPUT = { width: 640, height: 640 };
const viewsOf = (landmarks: Landmarks) => uprightViews(landmarks, INPUT, 'tilted')?.views ?? [];

function expectNear(found: Landmarks, wanted: Landmarks): void {
  for (const [index, [x, y]] of found.entries()) {
    expect(x).toBeCloseTo(wanted[index][0], 6);
    expect(y).toBeCloseTo(wanted[index][1], 6);
  }
}

describe('tiltDeg', () => {
  it('measures how far a face is rotated either way', () => {
    expect(tiltDeg(face(0))).toBeCloseTo(0);
    expect(tiltDeg(face(40))).toBeCloseTo(40);
    expect(tiltDeg(face(-170))).toBeCloseTo(170);
  });

  it('is 0 for landmarks in one point', () => {
    expect(tiltDeg([...Array(5)].map(() => [1, 1]) as unknown as Landmarks)).toBe(0);
  });
});

describe('isUprightIn', () => {
  it('compares how far the face was rotated in the views with how far it was thought to be', () => {
    expect(isUprightIn(face(40), face(45))).toBe(true);
    expect(isUprightIn(face(40), face(50))).toBe(false);
    expect(isUprightIn(face(-40), face(-50))).toBe(false);
  });

  it('is content with landmarks in one point, of which no other view can be made', () => {
    const point = [...Array(5)].map(() => [1, 1]) as unknown as Landmarks;
    expect(isUprightIn(point, face(40))).toBe(true);
  });
});

describe('uprightViews', () => {
  it.each([
    ['two in an input of fixed size', INPUT, 'tilted', 2],
    ['two for photos', null, 'all', 2],
    ['one small one in an input of any size', null, 'tilted', 1],
  ] as const)('show a rotated face upright and whole: %s', (_, fixed, refinement, count) => {
    const upright = uprightViews(face(70), fixed, refinement);
    expect(upright?.views).toHaveLength(count);
    let left = 0;
    let largest = 0;
    for (const view of upright?.views ?? []) {
      const { landmarks } = shownIn(view, face(70));
      expect(tiltDeg(landmarks)).toBeCloseTo(0);
      const scale = estimateSimilarity(TEMPLATE, landmarks)?.a ?? 0;
      expect(view.left).toBe(left);
      expect(112 * scale).toBeLessThan(view.side);
      for (const [x, y] of landmarks) {
        expect(x).toBeGreaterThan(view.left + view.side / 4);
        expect(x).toBeLessThan(view.left + (3 * view.side) / 4);
        expect(y).toBeGreaterThan(view.side / 4);
        expect(y).toBeLessThan((3 * view.side) / 4);
      }
      left += view.side;
      largest = Math.max(largest, view.side);
    }
    expect(upright?.input).toEqual(fixed ?? { width: left, height: largest });
    expect(left % 32).toBe(0);
  });

  it('are null for landmarks without area, and where the input is too small', () => {
    expect(uprightViews([...Array(5)].map(() => [1, 1]) as unknown as Landmarks, null, 'all')).toBeNull();
    expect(uprightViews(face(0), { width: 320, height: 320 }, 'all')).toBeNull();
  });
});

describe('refined', () => {
  const right = (landmarks: Landmarks) => mapLandmarks(landmarks, ([x, y]) => [x + 6, y]);

  it('is the mean of the first search and the views, for an upright face', () => {
    const views = viewsOf(face(5));
    const found = views.map((view) => shownIn(view, right(face(5))));
    expectNear(
      refined(face(5), views, found),
      mapLandmarks(face(5), ([x, y]) => [x + 4, y]),
    );
  });

  it('is what the views show, for a tilted face', () => {
    const views = viewsOf(face(30));
    const found = views.map((view) => shownIn(view, right(face(30))));
    expectNear(refined(face(30), views, found), right(face(30)));
    expectNear(refined(face(30), views, found.slice(0, 1)), right(face(30)));
  });

  it('is what the first search found, where the views show nothing in its place', () => {
    const tilted = face(30);
    const views = viewsOf(tilted);
    const [first] = views;
    const aside = shownIn({ ...first, left: first.left - first.side / 2 }, right(tilted));
    expect(refined(tilted, views, [aside])).toBe(tilted);
    expect(refined(tilted, views, [])).toBe(tilted);
  });
});
