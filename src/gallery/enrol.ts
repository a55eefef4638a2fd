import type { Box } from '../core/geometry.js';
import type { Detection, Landmarks } from '../face/detection.js';
import type { FaceMark } from '../face/faceMark.js';
import type { Quality, UnusableReason } from '../face/quality.js';
import { failedBeforeLook, failedLimit, geometricQuality, lookedQuality } from '../face/quality.js';
import type { Image } from '../image/image.js';
import { findMainFace, type MainFace } from './mainFace.js';
import { markedFace } from './markedFace.js';
import type { PhotoFaceEngine, PhotoSearch } from './photoFaces.js';

/** Why a photo is not used. */
export type PhotoFault =
  | 'unreadable'
  | 'too_large'
  | 'outside'
  | 'bad_name'
  | 'no_face'
  | 'several_faces'
  | 'orientation'
  | UnusableReason;

/** The result of a photo: one face to compare with, or why there is none, as a code and one sentence. */
export type PhotoResult =
  | {
      state: 'used';
      embedding: Float32Array;
      quality: Quality;
      /** The face, px of the upright photo; not set where nobody looked for a face. */
      box?: Box;
      /** What is unusual about the photo, one sentence; not set for most. */
      note?: string;
    }
  | {
      state: 'unusable';
      fault: PhotoFault;
      message: string;
      /** The face that was refused, px of the upright photo; not set where there is none in particular. */
      box?: Box;
    };

/** What a photo's face must fulfil. */
export interface EnrolLimits extends PhotoSearch {
  /** The largest face must have this many times the area of the next one, from 1. */
  minDominance: number;
  /** Lowest sharpness: more than for a frame, because blurred faces resemble each other. */
  minSharpness: number;
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
 * @param mark where spotter saw the face of this picture: it is enrolled as it was recognised; null for every other photo
 * @returns with boxes in px of `image`
 * @throws SpotterError of the worker pool
 */
export async function enrol(
  faceEngine: PhotoFaceEngine,
  image: Image,
  limits: EnrolLimits,
  mark: FaceMark | null = null,
): Promise<PhotoResult> {
  const marked = mark && markedFace(image, mark);
  if (marked)
    return enrolFace(faceEngine, image, { detection: marked, turn: 0, aligned: marked.aligned }, limits);
  const result = await enrolMain(faceEngine, image, limits);
  return mark && result.state === 'used' ? { ...result, note: UNFIT_MARK } : result;
}

/** Enrols the largest face. */
async function enrolMain(
  faceEngine: PhotoFaceEngine,
  image: Image,
  limits: EnrolLimits,
): Promise<PhotoResult> {
  const main = await findMainFace(faceEngine, image, limits, limits.minDominance);
  if (main.kind === 'undecided')
    return unusable('orientation', 'it is not clear which way up the face is; turn the photo upright');
  if (main.kind === 'none') return notConfirmed(faceEngine, image, main.nearest, limits);
  if (main.rivals > 0) {
    return unusable(
      'several_faces',
      `${main.rivals + 1} faces and none stands out; crop the photo to one person`,
    );
  }
  return enrolFace(faceEngine, image, { ...main, aligned: null }, limits);
}

/** @param main with the landmarks that it was marked with, if any: it is then cut by those */
async function enrolFace(
  faceEngine: PhotoFaceEngine,
  image: Image,
  main: MainFace & { aligned: Landmarks | null },
  limits: EnrolLimits,
): Promise<PhotoResult> {
  const { box } = main.detection;
  const failed = failedBeforeLook(geometricQuality(main.detection), limits.quality);
  if (failed) return refused(failed, box);
  const { looks } = await faceEngine.look({
    image,
    faces: [main.aligned ?? main.detection.landmarks],
    refinement: main.aligned ? 'none' : 'all',
    minSharpness: 0,
    gallery: null,
  });
  const [look] = looks;
  const { embedding } = look;
  const quality = lookedQuality(main.detection, look, limits.quality);
  const { minSharpness } = limits;
  const fault =
    failedLimit(quality, { ...limits.quality, minSharpness }) ?? (embedding ? null : 'bad_landmarks');
  if (fault || !embedding) return refused(fault ?? 'bad_landmarks', box);
  const note = noteOf(main);
  return { state: 'used', embedding, quality, box, ...(note !== null && { note }) };
}

/** Why a photo is not used in which no face was confirmed. @param nearest the likeliest of what was found */
async function notConfirmed(
  faceEngine: PhotoFaceEngine,
  image: Image,
  nearest: Detection | null,
  { quality, minSharpness }: EnrolLimits,
): Promise<PhotoResult> {
  if (nearest === null)
    return unusable('no_face', 'no face was found; use a photo that shows one from the front');
  // Nothing was confirmed, so its size says nothing.
  const failed = failedLimit(geometricQuality(nearest), { ...quality, minSizePx: 0 });
  if (failed === 'bad_landmarks') return refused(failed, nearest.box);
  const faces = [nearest.landmarks];
  const { looks } = await faceEngine.look({
    image,
    faces,
    refinement: 'all',
    minSharpness: 0,
    gallery: null,
  });
  return refused(looks[0].sharpness < minSharpness ? 'blurred' : 'low_score', nearest.box);
}

/** The note of a photo whose mark was not used. */
export const UNFIT_MARK =
  'the face that spotter has marked in it is not there, so it was searched like any photo';

/** A face that is tilted by less than this, degrees, is upright enough to say nothing. */
const UPRIGHT_DEG = 45;

function noteOf({ turn, detection }: MainFace): string | null {
  if (turn === 0 || Math.abs(geometricQuality(detection).rollDeg) <= UPRIGHT_DEG) return null;
  const how = turn === 180 ? 'the photo stands on its head' : 'the face lies on its side in it';
  return `turned by ${turn} degrees: ${how}`;
}

function refused(fault: UnusableReason, box: Box): PhotoResult {
  return { state: 'unusable', fault, message: ADVICE[fault], box };
}

function unusable(fault: PhotoFault, message: string): PhotoResult {
  return { state: 'unusable', fault, message };
}
