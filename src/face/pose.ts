import type { Landmarks } from './detection.js';

/** Landmarks of an average head in mm: x to the right of the image, y up, z towards the camera, origin at the nose tip. */
const HEAD: readonly (readonly [number, number, number])[] = [
  [-31.5, 34, -26],
  [31.5, 34, -26],
  [0, 0, 0],
  [-25, -30, -20],
  [25, -30, -20],
];

/** Rotation of a head, in degrees, in the face's own axes: a tilt of the head changes rollDeg alone. */
export interface Pose {
  /** -90..90, positive when the face turns to the right of the image; a head turned further than a profile is at 90. */
  yawDeg: number;
  /** -90..90, positive when it looks up. */
  pitchDeg: number;
  /** Positive when it tilts clockwise. */
  rollDeg: number;
}

/**
 * Estimates the rotation of a head from its landmarks, as if seen from far away: the least-squares affine camera, made
 * orthogonal. Accurate to about 10 degrees, because it assumes an average head. Source: DeMenthon and Davis, "Model-based
 * object pose in 25 lines of code", IJCV 1995, first step.
 */
export function estimatePose(landmarks: Landmarks): Pose {
  const right = unit(project(landmarks.map((point) => point[0])));
  const slanted = unit(project(landmarks.map((point) => -point[1])));
  const along = dot(slanted, right);
  const up = unit(slanted.map((value, axis) => value - along * right[axis]));
  const roll = Math.atan2(right[1], up[1]);
  // Where the nose points in the face's own upright frame: to the right, and towards the camera.
  const aside = right[2] * Math.cos(roll) - up[2] * Math.sin(roll);
  const towards = right[0] * up[1] - right[1] * up[0];
  // How the crown leans towards the camera. In a profile the nose says nothing of the pitch, but the crown does.
  const crown = right[2] * up[0] - right[0] * up[2];
  const yaw = Math.atan2(aside, Math.sqrt(Math.max(0, 1 - aside * aside)));
  return {
    yawDeg: towards < 0 ? 90 * (Math.sign(aside) || 1) : degrees(yaw),
    pitchDeg: degrees(Math.atan2(-crown, Math.hypot(right[1], up[1]))),
    rollDeg: degrees(roll),
  };
}

/** Rows of the pseudo-inverse of the centred head: the contribution of each landmark to an axis of the camera. */
const SOLVE = pseudoInverse(HEAD);

function project(coordinates: number[]): number[] {
  return SOLVE.map((row) => dot(row, coordinates));
}

/** (XᵀX)⁻¹Xᵀ of the centred points: three rows, one weight per point. Each row sums to 0, so translation has no effect. */
function pseudoInverse(points: typeof HEAD): number[][] {
  const centre = [0, 1, 2].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
  const centred = points.map((point) => point.map((value, axis) => value - centre[axis]));
  const gram = [0, 1, 2].map((a) => [0, 1, 2].map((b) => centred.reduce((sum, p) => sum + p[a] * p[b], 0)));
  const inverse = invert3(gram);
  return inverse.map((row) => centred.map((point) => dot(row, point)));
}

function invert3(m: number[][]): number[][] {
  const minor = (r: number, c: number) => {
    const [r1, r2] = [(r + 1) % 3, (r + 2) % 3];
    const [c1, c2] = [(c + 1) % 3, (c + 2) % 3];
    return m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1];
  };
  const determinant = m[0][0] * minor(0, 0) + m[0][1] * minor(0, 1) + m[0][2] * minor(0, 2);
  return [0, 1, 2].map((row) => [0, 1, 2].map((column) => minor(column, row) / determinant));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

function unit(vector: number[]): number[] {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}
