import { describe, expect, it } from 'vitest';
import type { Point } from '../../src/core/geometry.js';
import { TEMPLATE } from '../../src/face/align.js';
import type { Detection, Landmarks } from '../../src/face/detection.js';
import { estimatePose } from '../../src/face/pose.js';
import {
  failedBeforeLook,
  failedLimit,
  geometricQuality,
  lookedQuality,
  lookWeight,
  type QualityLimits,
  sharpness,
} from '../../src/face/quality.js';
import { LENIENT_QUALITY } from '../helpers/camera.js';

const limits: QualityLimits = { ...LENIENT_QUALITY, minSharpness: 0.045 };
/** An upright face with a box as detectors draw it. */
const upright: Detection = { score: 0.9, box: { x1: 16, y1: 14, x2: 96, y2: 114 }, landmarks: TEMPLATE };
const map = (landmarks: Landmarks, change: (point: Point, index: number) => Point) =>
  landmarks.map(change) as unknown as Landmarks;

describe('geometricQuality and failedLimit', () => {
  it('pass an upright face', () => {
    expect(failedLimit({ ...geometricQuality(upright), sharpness: 0.2 }, limits)).toBeNull();
  });

  it.each<[string, Detection]>([
    ['low_score', { ...upright, score: 0.5 }],
    ['too_small', { ...upright, box: { x1: 0, y1: 0, x2: 20, y2: 30 } }],
    ['bad_landmarks', { ...upright, box: { x1: 16, y1: 24, x2: 96, y2: 90 } }],
    [
      'bad_landmarks',
      { ...upright, landmarks: map(TEMPLATE, (point, index) => (index === 2 ? [56, 20] : point)) },
    ],
    [
      'bad_landmarks',
      { ...upright, landmarks: [TEMPLATE[0], TEMPLATE[1], TEMPLATE[2], TEMPLATE[4], TEMPLATE[3]] },
    ],
    ['bad_landmarks', { ...upright, landmarks: map(TEMPLATE, () => [50, 50]) }],
    [
      'turned',
      {
        ...upright,
        landmarks: map(TEMPLATE, ([x, y], index) => [index === 2 ? 30 : 40 + (x - 56) * 0.1, y]),
      },
    ],
  ])('report %s', (reason, face) => {
    expect(failedLimit(geometricQuality(face), limits)).toBe(reason);
  });

  it.each([22, 45, 60, 75, 90, 135, 180])(
    'pass a face tilted by %i degrees, with the box that then surrounds it',
    (deg) => {
      const tilt = (deg * Math.PI) / 180;
      const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)];
      const turned = map(TEMPLATE, ([x, y]) => [
        56 + (x - 56) * cos - (y - 64) * sin,
        64 + (x - 56) * sin + (y - 64) * cos,
      ]);
      // A head is about an ellipse of 80 x 100 px.
      const [halfWidth, halfHeight] = [Math.hypot(40 * cos, 50 * sin), Math.hypot(40 * sin, 50 * cos)];
      const box = { x1: 56 - halfWidth, y1: 64 - halfHeight, x2: 56 + halfWidth, y2: 64 + halfHeight };
      const quality = geometricQuality({ ...upright, box, landmarks: turned });
      expect(Math.abs(quality.flatness / geometricQuality(upright).flatness - 1)).toBeLessThan(0.1);
      expect(failedLimit(quality, limits)).toBeNull();
    },
  );

  it('report blurred only once the sharpness is known', () => {
    const quality = geometricQuality(upright);
    expect(failedLimit(quality, limits)).toBeNull();
    expect(failedLimit({ ...quality, sharpness: 0.01 }, limits)).toBe('blurred');
  });

  it('fail a score that is not a number', () => {
    expect(failedLimit({ ...geometricQuality(upright), score: Number.NaN }, limits)).toBe('low_score');
  });
});

/** The landmarks of an average head turned by yaw (right), pitch (up) and roll (clockwise), seen from far away. */
function seen(yawDeg: number, pitchDeg: number, rollDeg: number): Landmarks {
  const head = [
    [-31.5, 34, -26],
    [31.5, 34, -26],
    [0, 0, 0],
    [-25, -30, -20],
    [25, -30, -20],
  ];
  const [yaw, pitch, roll] = [yawDeg, pitchDeg, rollDeg].map((deg) => (deg * Math.PI) / 180);
  return head.map(([x, y, z]): Point => {
    const [yawX, yawZ] = [x * Math.cos(yaw) + z * Math.sin(yaw), -x * Math.sin(yaw) + z * Math.cos(yaw)];
    const pitchY = y * Math.cos(pitch) + yawZ * Math.sin(pitch);
    const down = -pitchY;
    return [
      yawX * Math.cos(roll) - down * Math.sin(roll) + 200,
      yawX * Math.sin(roll) + down * Math.cos(roll) + 100,
    ];
  }) as unknown as Landmarks;
}

describe('lookedQuality', () => {
  const crossed: Landmarks = [TEMPLATE[0], TEMPLATE[1], TEMPLATE[2], TEMPLATE[4], TEMPLATE[3]];
  const aside = map(TEMPLATE, ([x, y], index) => [index === 2 ? 30 : 40 + (x - 56) * 0.1, y]);
  const looked = (detected: Landmarks, found: Landmarks) =>
    lookedQuality({ ...upright, landmarks: detected }, { landmarks: found, sharpness: 0.2 }, limits);
  const reasonBefore = (face: Detection) => failedBeforeLook(geometricQuality(face), limits);

  it('is that of the landmarks of the look where those of the detector cannot belong to a face', () => {
    expect(reasonBefore({ ...upright, landmarks: crossed })).toBeNull();
    expect(looked(crossed, TEMPLATE)).toEqual({ ...geometricQuality(upright), sharpness: 0.2 });
    expect(failedLimit(looked(crossed, crossed), limits)).toBe('bad_landmarks');
    expect(looked(TEMPLATE, crossed)).toEqual({ ...geometricQuality(upright), sharpness: 0.2 });
  });

  it('is that of the detector where that says how far the face is turned', () => {
    expect(reasonBefore({ ...upright, landmarks: aside })).toBe('turned');
    expect(failedLimit(looked(aside, TEMPLATE), limits)).toBe('turned');
  });

  it('changes nothing about a face that is too small or too uncertain', () => {
    expect(reasonBefore({ ...upright, score: 0.5 })).toBe('low_score');
    expect(reasonBefore({ ...upright, box: { x1: 0, y1: 0, x2: 20, y2: 30 } })).toBe('too_small');
  });
});

const qualityOf = (landmarks: Landmarks) => geometricQuality({ ...upright, landmarks });

describe('visibility', () => {
  it.each([
    [0, 1],
    [30, 0.93],
    [60, 0.75],
    [75, 0.63],
    [90, 0.5],
  ])('of a face turned by %i degrees to either side is %f', (yaw, share) => {
    expect(qualityOf(seen(yaw, 0, 0)).visibility).toBeCloseTo(share, 1);
    expect(qualityOf(seen(-yaw, 0, 0)).visibility).toBeCloseTo(share, 1);
  });

  it('is that of a profile where the hidden half is a guess that hides the turn from the yaw', () => {
    const narrow = map(TEMPLATE, ([x, y], index) => [index === 2 ? 52 : 56 + (x - 56) * 0.3, y]);
    expect(Math.abs(qualityOf(narrow).yawDeg)).toBeLessThan(50);
    expect(qualityOf(narrow).visibility).toBeLessThan(0.7);
  });

  it('of a face that looks down is not larger than that of the same face upright', () => {
    const level = qualityOf(seen(70, 0, 0)).visibility;
    expect(Math.abs(qualityOf(seen(70, -30, 0)).visibility - level)).toBeLessThan(0.06);
  });

  it.each([30, 60, 90, 180])('like yaw and pitch does not change when the head is tilted by %i', (roll) => {
    const straight = qualityOf(seen(50, 15, 0));
    const tilted = qualityOf(seen(50, 15, roll));
    expect(tilted.visibility).toBeCloseTo(straight.visibility);
    expect(tilted.yawDeg).toBeCloseTo(straight.yawDeg);
    expect(tilted.pitchDeg).toBeCloseTo(straight.pitchDeg);
  });

  it('is half for landmarks in one place', () => {
    expect(qualityOf(map(TEMPLATE, () => [50, 50])).visibility).toBe(0.5);
  });
});

describe('lookWeight', () => {
  it('falls with the share of the face that is seen', () => {
    const weight = (visibility: number) => lookWeight({ ...qualityOf(TEMPLATE), visibility });
    expect(weight(0.6)).toBeLessThan(weight(0.75));
    expect(weight(0.75)).toBeLessThan(weight(1));
    expect(weight(0.6)).toBeLessThan(0.5 * weight(1));
  });
});

describe('sharpness', () => {
  it('is greater for a face than for its blurred copy, whatever the light', () => {
    const side = 64;
    const face = Uint8Array.from(
      { length: side * side },
      (_, i) => 128 + 100 * Math.sin((i % side) / 2) * Math.cos(i / side / 3),
    );
    const blurred = Uint8Array.from({ length: side * side }, (_, i) => 128 + 100 * Math.sin((i % side) / 20));
    const dark = face.map((value) => value / 8);
    expect(sharpness(face, side)).toBeGreaterThan(4 * sharpness(blurred, side));
    expect(Math.abs(sharpness(dark, side) / sharpness(face, side) - 1)).toBeLessThan(0.3);
    expect(sharpness(new Uint8Array(side * side), side)).toBe(0);
  });
});

describe('estimatePose', () => {
  it.each([
    [0, 0, 0],
    [40, 0, 0],
    [-60, 0, 0],
    [0, 25, 0],
    [0, -25, 0],
    [0, 0, 35],
    [30, 10, -20],
    [85, 10, 0],
  ])('finds yaw %i, pitch %i, roll %i', (yaw, pitch, roll) => {
    const pose = estimatePose(seen(yaw, pitch, roll));
    expect(pose.yawDeg).toBeCloseTo(yaw);
    expect(pose.pitchDeg).toBeCloseTo(pitch);
    expect(pose.rollDeg).toBeCloseTo(roll);
  });

  it('calls a head turned past its profile a profile, and keeps its pitch', () => {
    const pose = estimatePose(seen(-100, 5, 20));
    expect(pose.yawDeg).toBe(-90);
    expect(pose.pitchDeg).toBeCloseTo(5);
    expect(pose.rollDeg).toBeCloseTo(20);
  });
});
