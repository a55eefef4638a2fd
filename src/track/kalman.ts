import type { Box } from '../core/geometry.js';

/**
 * Where a face will be: a Kalman filter with constant velocity on the centre and the size of its box, each of the four
 * by itself. Everything is relative to the size of the face, so that near and far faces move alike, and times come from
 * the source's clock, so that five frames a second work as well as thirty.
 */

/** A value that changes steadily, with how uncertain it and its speed are. Units: px and seconds. */
interface Axis {
  value: number;
  speed: number;
  /** Covariance of value and speed: of the value, of both, of the speed. */
  varValue: number;
  covariance: number;
  varSpeed: number;
}

/** Motion of one face at a moment. */
export interface Motion {
  x: Axis;
  y: Axis;
  width: Axis;
  height: Axis;
}

/** Standard deviation of a detector's box, as a part of the face's size. */
const MEASURED = 0.05;
/** What a face may be doing when it is first seen, in sizes a second. */
const FIRST_SPEED = { place: 2, size: 0.5 };
/** How much its speed may change within a second, in sizes a second. */
const UNREST = { place: 4, size: 0.5 };
/** Nobody walks on for ever behind a pillar: a prediction goes no further than this. */
const MAX_AHEAD_S = 0.5;
const MIN_SIZE_PX = 1;

/** The motion of a face seen for the first time. */
export function beginMotion(box: Box): Motion {
  const { x, y, width, height } = measure(box);
  const size = sizeOf(box);
  const begin = (value: number, speed: number): Axis => ({
    value,
    speed: 0,
    varValue: (MEASURED * size) ** 2,
    covariance: 0,
    varSpeed: (speed * size) ** 2,
  });
  return {
    x: begin(x, FIRST_SPEED.place),
    y: begin(y, FIRST_SPEED.place),
    width: begin(width, FIRST_SPEED.size),
    height: begin(height, FIRST_SPEED.size),
  };
}

/** The motion `ms` later, without having seen the face. */
export function predict(motion: Motion, ms: number): Motion {
  const seconds = Math.max(0, ms) / 1000;
  const size = Math.sqrt(Math.max(MIN_SIZE_PX, motion.width.value * motion.height.value));
  const ahead = (axis: Axis, unrest: number) => advance(axis, seconds, (unrest * size) ** 2);
  return {
    x: ahead(motion.x, UNREST.place),
    y: ahead(motion.y, UNREST.place),
    width: ahead(motion.width, UNREST.size),
    height: ahead(motion.height, UNREST.size),
  };
}

/** A predicted motion, corrected by where the face was found. */
export function correct(motion: Motion, box: Box): Motion {
  const { x, y, width, height } = measure(box);
  const noise = (MEASURED * sizeOf(box)) ** 2;
  return {
    x: update(motion.x, x, noise),
    y: update(motion.y, y, noise),
    width: update(motion.width, width, noise),
    height: update(motion.height, height, noise),
  };
}

/** The box of a motion. */
export function boxOf({ x, y, width, height }: Motion): Box {
  const halfWidth = Math.max(MIN_SIZE_PX, width.value) / 2;
  const halfHeight = Math.max(MIN_SIZE_PX, height.value) / 2;
  return {
    x1: x.value - halfWidth,
    y1: y.value - halfHeight,
    x2: x.value + halfWidth,
    y2: y.value + halfHeight,
  };
}

/** How far, in px, a face may be from where it is predicted: one standard deviation of its place. */
export function spread({ x, y }: Motion): number {
  return Math.sqrt(Math.max(x.varValue, y.varValue));
}

function measure(box: Box) {
  return {
    x: (box.x1 + box.x2) / 2,
    y: (box.y1 + box.y2) / 2,
    width: box.x2 - box.x1,
    height: box.y2 - box.y1,
  };
}

function sizeOf(box: Box): number {
  const { width, height } = measure(box);
  return Math.sqrt(Math.max(MIN_SIZE_PX, width * height));
}

/** White noise on the acceleration. */
function advance({ value, speed, varValue, covariance, varSpeed }: Axis, s: number, unrest: number): Axis {
  return {
    value: value + speed * Math.min(s, MAX_AHEAD_S),
    speed: s > MAX_AHEAD_S ? (speed * MAX_AHEAD_S) / s : speed,
    varValue: varValue + 2 * s * covariance + s * s * varSpeed + (unrest * s ** 3) / 3,
    covariance: covariance + s * varSpeed + (unrest * s * s) / 2,
    varSpeed: varSpeed + unrest * s,
  };
}

function update({ value, speed, varValue, covariance, varSpeed }: Axis, found: number, noise: number): Axis {
  const total = varValue + noise;
  const gain = varValue / total;
  const speedGain = covariance / total;
  const surprise = found - value;
  return {
    value: value + gain * surprise,
    speed: speed + speedGain * surprise,
    varValue: (1 - gain) * varValue,
    covariance: (1 - gain) * covariance,
    varSpeed: varSpeed - speedGain * covariance,
  };
}
