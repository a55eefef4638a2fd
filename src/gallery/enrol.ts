import { area } from '../face/box.js';
import type { Quality, UnusableReason } from '../face/quality.js';
import { failedLimit, geometricQuality, type QualityLimits } from '../face/quality.js';
import type { Image } from '../image/image.js';
import { findFaces, isPlausible, type PhotoFaceEngine } from './photoFaces.js';

/** Why a photo is not used. */
export type PhotoFault =
  | 'unreadable'
  | 'too_large'
  | 'outside'
  | 'bad_name'
  | 'no_face'
  | 'several_faces'
  | UnusableReason;

/** The result of a photo: one face to compare with, or why there is none, as a code and one sentence. */
export type PhotoResult =
  | { state: 'used'; embedding: Float32Array; quality: Quality }
  | { state: 'unusable'; fault: PhotoFault; message: string };

/** What a photo's face must fulfil. */
export interface EnrolLimits {
  quality: QualityLimits;
  /** The largest face must have this many times the area of the next one, from 1. */
  minDominance: number;
}

const ADVICE: Record<UnusableReason, string> = {
  too_small: 'the face is too small; use a closer photo',
  low_score: 'the face is hard to make out; use a clearer photo',
  bad_landmarks: 'what was found does not look like a face; use a clearer photo',
  turned: 'the face is turned away; use a photo from the front',
  blurred: 'the face is blurred; use a sharper photo',
};

/**
 * Finds the one face of a gallery photo and embeds it. A photo that would enrol the wrong person or nobody is unusable.
 *
 * @throws SpotterError of the worker pool
 */
export async function enrol(
  faceEngine: PhotoFaceEngine,
  image: Image,
  { quality: limits, minDominance }: EnrolLimits,
): Promise<PhotoResult> {
  const found = await findFaces(faceEngine, image, limits);
  if (found.length === 0)
    return unusable('no_face', 'no face was found; use a photo that shows one from the front');
  const faces = found
    .map((detection) => ({ detection, quality: geometricQuality(detection), area: area(detection.box) }))
    .sort((a, b) => b.area - a.area);
  const plausible = faces.filter(({ detection }) => isPlausible(detection, limits));
  const [largest, next] = plausible;
  if (!largest) return refused(failedLimit(faces[0].quality, limits) ?? 'low_score');
  if (next && largest.area < minDominance * next.area) {
    return unusable(
      'several_faces',
      `${plausible.length} faces and none stands out; crop the photo to one person`,
    );
  }
  const failed = failedLimit(largest.quality, limits);
  if (failed) return refused(failed);
  const { looks } = await faceEngine.look({
    image,
    faces: [largest.detection.landmarks],
    minSharpness: 0,
    gallery: null,
  });
  const [{ embedding, sharpness }] = looks;
  const quality = { ...largest.quality, sharpness };
  const fault = failedLimit(quality, limits) ?? (embedding ? null : 'bad_landmarks');
  return fault || !embedding ? refused(fault ?? 'bad_landmarks') : { state: 'used', embedding, quality };
}

function refused(fault: UnusableReason): PhotoResult {
  return unusable(fault, ADVICE[fault]);
}

function unusable(fault: PhotoFault, message: string): PhotoResult {
  return { state: 'unusable', fault, message };
}
