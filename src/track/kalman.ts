import type { Box } from '../core/geometry.js';

/**
 * Predicts where a face will be: a Kalman filter with constant velocity on the centre and the size of its box, each of the
 * four by itself. Noise is relative to the size of the face, so that near and far faces move alike, and times come from the
 * source's clock, so that five frames per second work as well as thirty.
 */

/** A value that changes steadily, with its uncertainty and that of its speed. Units: px and seconds. */
interface Axis {
  value: number;
  speed: number;
  /** Variance of the value, covariance of both, variance of the speed. */
  varValue: number;
  covariance: number;
  varSpeed: number;
}

/** The state of one face's filter at a moment. */
export interface Motion {
  x: Axis;
  y: Axis;
  width: Axis;
  height: Axis;
}

/** Standard deviation of a detector's box, relative to the face's size. */
const MEASURED = 0.05;
/** Standard deviation of the speed of a new face, in face sizes per second. */
const FIRST_SPEED = { place: 2, size: 0.5 };
/** Standard deviation of the change of speed within a second, in face sizes per second. */
const UNREST = { place: 4, size: 0.5 };
/** A prediction moves no further ahead than this: nobody walks on for ever behind a pillar. */
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

/** The motion `ms` later, by prediction alone. */
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

/** Corrects a predicted motion by the box in which the face was found. */
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

/** Standard deviation of the place of a face, px: that of the axis with the greater one. */
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
