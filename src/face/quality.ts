import type { Box, Point } from '../core/geometry.js';
import type { Detection, Landmarks } from './detection.js';
import { estimatePose } from './pose.js';

/** Measures of how well a face can be recognised. */
export interface Quality {
  /** Shorter side of the box in source px. */
  sizePx: number;
  /** The detector's confidence, 0..1. */
  score: number;
  /**
   * Turn to the side, -90..90 degrees; like pitch and roll, estimated from five landmarks to about 10 degrees. Too small for a
   * profile whose hidden eye the detector guesses.
   */
  yawDeg: number;
  /** Turn up (positive) or down, degrees. */
  pitchDeg: number;
  /** Tilt, degrees, clockwise positive. */
  rollDeg: number;
  /** Eye distance over eye-to-mouth distance, divided by the face's height over its width: 0.3 to 1 for a face. */
  flatness: number;
  /** Share of the face that is seen: 1 from the front, 0.75 turned by 60 degrees, 0.5 in full profile. */
  visibility: number;
  /** Whether the nose lies between eyes and mouth, and each mouth corner on the side of its eye. */
  landmarksInOrder: boolean;
  /** Contrast of fine detail relative to the whole, see {@link sharpness}; null until the face is looked at. */
  sharpness: number | null;
}

/** Why a face is not judged. */
export type UnusableReason = 'too_small' | 'low_score' | 'bad_landmarks' | 'turned' | 'blurred';

/** Limits that a face must pass to be judged; see `quality` in docs/configuration.md for each. */
export interface QualityLimits {
  minSizePx: number;
  minScore: number;
  maxFlatness: number;
  maxYawDeg: number;
  maxPitchDeg: number;
  minSharpness: number;
}

/**
 * The quality of a face as far as box and landmarks allow.
 *
 * @returns quality with `sharpness` null, which needs the pixels
 */
export function geometricQuality({ box, landmarks, score }: Detection): Quality {
  const pose = estimatePose(landmarks);
  return {
    sizePx: Math.min(box.x2 - box.x1, box.y2 - box.y1),
    score,
    ...pose,
    ...geometry(box, landmarks),
    visibility: visibility(landmarks, pose.pitchDeg),
    sharpness: null,
  };
}

/** A face that was looked at. */
export interface LookedAt {
  /** Found in the look, or those of the detector. */
  landmarks: Landmarks;
  sharpness: number;
}

/**
 * The quality of a face that was looked at: by the detector's landmarks, and where those cannot belong to a face, as of many that are tilted,
 * by those of the look. Else the detector's say better how far a face is turned: the landmark network draws a profile too frontal.
 */
export function lookedQuality(
  detection: Detection,
  { landmarks, sharpness }: LookedAt,
  limits: QualityLimits,
): Quality {
  const found = geometricQuality(detection);
  const isFound = failedLimit(found, limits) !== 'bad_landmarks';
  return { ...(isFound ? found : geometricQuality({ ...detection, landmarks })), sharpness };
}

/** The first limit that a face fails whatever a look shows; null for a face worth a look. */
export function failedBeforeLook(quality: Quality, limits: QualityLimits): UnusableReason | null {
  const reason = failedLimit(quality, limits);
  return reason === 'bad_landmarks' ? null : reason;
}

/** The first limit that a face fails; null for a usable face. An unknown sharpness (null) passes. */
export function failedLimit(quality: Quality, limits: QualityLimits): UnusableReason | null {
  if (!(quality.score >= limits.minScore)) return 'low_score';
  if (!(quality.sizePx >= limits.minSizePx)) return 'too_small';
  if (!quality.landmarksInOrder || !(quality.flatness <= limits.maxFlatness)) return 'bad_landmarks';
  if (!(Math.abs(quality.yawDeg) <= limits.maxYawDeg)) return 'turned';
  if (!(Math.abs(quality.pitchDeg) <= limits.maxPitchDeg)) return 'turned';
  if (quality.sharpness !== null && !(quality.sharpness >= limits.minSharpness)) return 'blurred';
  return null;
}

/** A look this large (px) and sharp has full weight. */
const FULL = { sizePx: 96, sharpness: 0.12 };
const LEAST_WEIGHT = 0.02;

/**
 * Weight of a look among others of the same face: the product of size, sharpness, turn and the detector's confidence, each
 * scaled to 0..1. Of the two measures of the turn the worse one applies.
 *
 * @returns 0.02..1; an unknown sharpness (null) has full weight
 */
export function lookWeight({ sizePx, sharpness, yawDeg, pitchDeg, visibility, score }: Quality): number {
  const size = Math.min(1, sizePx / FULL.sizePx);
  const sharp = sharpness === null ? 1 : Math.min(1, sharpness / FULL.sharpness);
  const turn = Math.min(cosineOf(yawDeg), 2 * visibility - 1);
  const facing = Math.max(0, turn) * Math.max(0, cosineOf(pitchDeg));
  return Math.max(LEAST_WEIGHT, size * sharp * facing * score);
}

function cosineOf(degrees: number): number {
  return Math.cos((degrees * Math.PI) / 180);
}

/**
 * Whether the landmarks can belong to a face, from their positions relative to the box and to each other. Round objects
 * that a detector takes for a face (medals, badges, buttons) are flat: as wide as high, with eyes far apart.
 */
function geometry(
  box: Box,
  [eyeA, eyeB, nose, mouthA, mouthB]: Landmarks,
): Pick<Quality, 'flatness' | 'landmarksInOrder'> {
  const eyes = middle(eyeA, eyeB);
  const mouth = middle(mouthA, mouthB);
  const down = [mouth[0] - eyes[0], mouth[1] - eyes[1]] as const;
  const height = Math.hypot(...down);
  const eyeDistance = Math.hypot(eyeB[0] - eyeA[0], eyeB[1] - eyeA[1]);
  const aspect = ownAspect(box, down);
  const noseAlong = ((nose[0] - eyes[0]) * down[0] + (nose[1] - eyes[1]) * down[1]) / (height * height);
  // Seen along the axis of the face, the first eye is on the same side as the first mouth corner.
  const side = (point: Point) => down[0] * (point[1] - eyes[1]) - down[1] * (point[0] - eyes[0]);
  const sides = Math.sign(side(eyeA) - side(eyeB)) === Math.sign(side(mouthA) - side(mouthB));
  return {
    flatness: eyeDistance / height / aspect,
    landmarksInOrder: height > 0 && noseAlong > 0.1 && noseAlong < 1 && sides,
  };
}

/** Distance between the eyes plus that between the corners of the mouth, over that from eyes to mouth, of a frontal face. */
const FRONTAL_WIDTH = 1.75;

/**
 * The share of a face that is seen, as if it were half a cylinder: (1 + cos turn) / 2. The cosine is the width of the landmarks
 * over their height, relative to a frontal face. Unlike the yaw it does not depend on how far the nose is from a midline that in a
 * profile is half a guess. A profile whose landmarks are drawn as those of a frontal face passes for one.
 *
 * @param pitchDeg looking up or down shortens the height alone
 */
function visibility([eyeA, eyeB, , mouthA, mouthB]: Landmarks, pitchDeg: number): number {
  const eyes = middle(eyeA, eyeB);
  const mouth = middle(mouthA, mouthB);
  const down = [mouth[0] - eyes[0], mouth[1] - eyes[1]] as const;
  // Distance across the axis of the face, so that one eye guessed higher than the other adds no width.
  const across = (a: Point, b: Point) => Math.abs((b[0] - a[0]) * down[1] - (b[1] - a[1]) * down[0]);
  const height = down[0] ** 2 + down[1] ** 2;
  const width = (across(eyeA, eyeB) + across(mouthA, mouthB)) / height;
  // Landmarks in one place span nothing.
  if (!(height > 0)) return 0.5;
  return (1 + Math.min(1, (width * cosineOf(pitchDeg)) / FRONTAL_WIDTH)) / 2;
}

/** Height over width of a face that is not tilted, as detectors draw its box. */
const USUAL_ASPECT = 1.3;

/**
 * Height over width of a face along its own axes. The box of a tilted face becomes as wide as high at 45 degrees, whatever the
 * face, and lies on its side at 90; so the more a face is tilted, the less its box says, and the usual face takes its place.
 *
 * @param down from the eyes to the mouth, px
 */
function ownAspect(box: Box, down: Point): number {
  const upright = Math.log((box.y2 - box.y1) / (box.x2 - box.x1));
  // The cosine of twice the tilt: 1 for an upright face or one on its head, -1 for one on its side.
  const along = (down[1] ** 2 - down[0] ** 2) / (down[0] ** 2 + down[1] ** 2);
  return Math.exp(along * upright + (1 - Math.abs(along)) * Math.log(USUAL_ASPECT));
}

function middle(a: Point, b: Point): Point {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

/**
 * Sharpness of an aligned face: the contrast between neighbouring pixels (Laplacian) relative to the contrast of the whole,
 * which makes it independent of the light. About 0.02 for a featureless spot, 0.05 for a face of 24 px, over 0.1 for a
 * crisp one.
 *
 * @param luma [side, side], 0..255
 */
export function sharpness(luma: Uint8Array, side: number): number {
  let sum = 0;
  let squares = 0;
  let edges = 0;
  for (let y = 1; y < side - 1; y++) {
    for (let i = y * side + 1; i < (y + 1) * side - 1; i++) {
      const value = luma[i];
      const laplacian = luma[i - 1] + luma[i + 1] + luma[i - side] + luma[i + side] - 4 * value;
      sum += value;
      squares += value * value;
      edges += laplacian * laplacian;
    }
  }
  const count = (side - 2) * (side - 2);
  const variance = squares / count - (sum / count) ** 2;
  // The added variance of 1 avoids a division by zero on a uniform crop.
  return Math.sqrt(edges / count / (variance + 1));
}
