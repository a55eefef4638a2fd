import type { Box } from '../core/geometry.js';
import { area, iou, isSameFace } from '../face/box.js';
import { CLOSE_PX } from '../face/closeView.js';
import { type Detection, meanFace } from '../face/detection.js';
import { failedLimit, geometricQuality } from '../face/quality.js';
import { type Candidate, isPlausible, joined } from '../face/scales.js';
import type { Turn } from '../image/fit.js';
import type { Image } from '../image/image.js';
import { lookClosely, type PhotoFaceEngine, type PhotoSearch, searchLevel } from './photoFaces.js';
import { type Level, photoLevels } from './photoViews.js';

/** The face that a photo is of, as a close look shows it. */
export interface MainFace {
  /** In image px; the landmarks are those of the upright face. */
  detection: Detection;
  /** By how much the image must be turned clockwise for the face to be upright, degrees. */
  turn: Turn;
}

/** What a search for the one face of a photo finds. */
export type MainFaceResult =
  | ({
      kind: 'face';
      /** Other faces that are nearly as large. */
      rivals: number;
    } & MainFace)
  /** A face, but two ways up are as likely. */
  | { kind: 'undecided' }
  /** `nearest` is the likeliest of what was found, by its score; null when nothing was. */
  | { kind: 'none'; nearest: Detection | null };

/** `isAgreed`: two sizes show the same face. */
type Confirmed = (MainFace & { isAgreed: boolean }) | 'undecided' | null;

const TURNS: readonly Turn[] = [0, 90, 180, 270];
/** A face on its head looks like an upright one to a detector, but with a lower score: for a clear case, lower by this. */
const CLEARLY_BETTER = 0.02;
/** Two views that agree on the tilt of a face to this, degrees, show it the same way up. */
const SAME_TILT_DEG = 45;
/** A face is large enough for a level where it has this many times the smallest size: one of half the area is then found as well. */
const AT_EASE = 1.5;
/** Size of the second look at a confirmed face, px of the input, and its overlap with the first from which both are believed. */
const LARGER_PX = 240;
const AGREEING = 0.6;
/** A smaller part of the photo is hardly what it was taken of. */
const SMALL_SHARE = 0.01;

/**
 * Finds the one face that a photo is of: the largest that a closer look confirms, whichever way up the photo is. Coarse levels
 * come first, and the finer ones are spared where those show a face at ease.
 *
 * @param minDominance a face counts as a rival when the largest has less than this many times its area, from 1
 * @throws SpotterError of the worker pool
 */
export async function findMainFace(
  faceEngine: PhotoFaceEngine,
  image: Image,
  search: PhotoSearch,
  minDominance: number,
): Promise<MainFaceResult> {
  const levels = photoLevels(image, search.detector);
  const finder = new Finder(faceEngine, image, search);
  const upright = await finder.largest(levels, 0);
  let best = upright;
  if (isDoubtful(upright.face, image, search)) {
    for (const turn of TURNS.slice(1)) {
      const turned = await finder.largest(levels, turn);
      if (sizeOf(turned.face) > 2 * sizeOf(best.face)) best = turned;
    }
  }
  const { face, found } = best;
  if (face === 'undecided') return { kind: 'undecided' };
  if (face === null) {
    const all = upright.found.map(({ detection }) => detection);
    return { kind: 'none', nearest: all.sort((a, b) => b.score - a.score)[0] ?? null };
  }
  let rivals = 0;
  const isRival = (other: Box) =>
    area(other) * minDominance > area(face.detection.box) && !isSameFace(other, face.detection.box);
  for (const { detection } of found) {
    if (!isRival(detection.box) || !isPlausible(detection, search.quality)) continue;
    // The box of a small face is coarse until it is seen from close by.
    const other = await finder.confirm(detection);
    if (other === 'undecided' || (other && other.turn === face.turn && isRival(other.detection.box)))
      rivals++;
  }
  return { kind: 'face', detection: face.detection, turn: face.turn, rivals };
}

/** Whether the photo may show a better face another way up. */
function isDoubtful(face: Confirmed, image: Image, { quality }: PhotoSearch): boolean {
  if (face === null || face === 'undecided') return face === null;
  const { detection } = face;
  const isSmall = area(detection.box) < SMALL_SHARE * image.width * image.height;
  return isSmall || failedLimit(geometricQuality(detection), quality) !== null;
}

function sizeOf(face: Confirmed): number {
  return face === null || face === 'undecided' ? 0 : area(face.detection.box);
}

class Finder {
  readonly #faceEngine: PhotoFaceEngine;
  readonly #image: Image;
  readonly #search: PhotoSearch;
  readonly #confirmed = new Map<Detection, Confirmed>();

  constructor(faceEngine: PhotoFaceEngine, image: Image, search: PhotoSearch) {
    this.#faceEngine = faceEngine;
    this.#image = image;
    this.#search = search;
  }

  /** The largest confirmed face of the photo turned by `turn`, and all candidates. */
  async largest(levels: readonly Level[], turn: Turn): Promise<{ face: Confirmed; found: Candidate[] }> {
    let found: Candidate[] = [];
    let face: Confirmed = null;
    for (const level of levels) {
      const more = await searchLevel(this.#faceEngine, this.#image, level, turn);
      found = joined([...found, ...more], this.#search.detector.reach, this.#search.quality);
      const bySize = found.sort((a, b) => area(b.detection.box) - area(a.detection.box));
      face = null;
      for (const { detection } of bySize) {
        if (face === null && isPlausible(detection, this.#search.quality))
          face = await this.confirm(detection);
      }
      if (Math.sqrt(sizeOf(face)) * level.scale >= AT_EASE * this.#search.detector.reach[0]) break;
    }
    return { face, found };
  }

  /** Looks at a candidate from close by, all four ways up; at several sizes where the first leaves a doubt. */
  async confirm(candidate: Detection): Promise<Confirmed> {
    const known = this.#confirmed.get(candidate);
    if (known !== undefined) return known;
    const looks = [await this.#lookAround(candidate, CLOSE_PX[0])];
    let confirmed = await this.#refined(mostUpright(looks[0]));
    // A face is found at any size; what is found only at some may be the moon.
    if (confirmed !== null && !(confirmed !== 'undecided' && confirmed.turn === 0 && confirmed.isAgreed)) {
      for (const px of CLOSE_PX.slice(1)) looks.push(await this.#lookAround(candidate, px));
      confirmed = await this.#refined(mostUpright(averaged(looks)));
    }
    const isFace =
      confirmed === 'undecided' ||
      (confirmed !== null && isPlausible(confirmed.detection, this.#search.quality));
    if (!isFace) confirmed = null;
    this.#confirmed.set(candidate, confirmed);
    return confirmed;
  }

  /** The mean of what two sizes show of a face, if they agree: landmarks are then better than from either. */
  async #refined(face: MainFace | 'undecided' | null): Promise<Confirmed> {
    if (face === null || face === 'undecided') return face;
    const { detection, turn } = face;
    const larger = await lookClosely(this.#faceEngine, this.#image, detection, turn, LARGER_PX);
    const agrees =
      larger !== null &&
      iou(larger.box, detection.box) > AGREEING &&
      isPlausible(larger, this.#search.quality);
    return agrees
      ? { turn, detection: { ...meanFace([detection, larger]), score: detection.score }, isAgreed: true }
      : { turn, detection, isAgreed: false };
  }

  async #lookAround(candidate: Detection, px: number): Promise<MainFace[]> {
    const looks = await Promise.all(
      TURNS.map(async (turn) => ({
        turn,
        detection: await lookClosely(this.#faceEngine, this.#image, candidate, turn, px),
      })),
    );
    return looks.flatMap(({ turn, detection }) => (detection ? [{ turn, detection }] : []));
  }
}

/** The faces of the first look, each with the mean of its scores in all looks; one that shows no face has a score of 0. */
function averaged(looks: readonly MainFace[][]): MainFace[] {
  const scoreOf = (faces: MainFace[], turn: Turn) =>
    faces.find((face) => face.turn === turn)?.detection.score ?? 0;
  return looks[0].map(({ turn, detection }) => {
    const score = looks.reduce((sum, faces) => sum + scoreOf(faces, turn), 0) / looks.length;
    return { turn, detection: { ...detection, score } };
  });
}

/**
 * Of one face seen several ways up, the right one: that with the best score, where it is clearly better than those that
 * contradict it.
 *
 * @returns null without a face
 */
function mostUpright(faces: readonly MainFace[]): MainFace | 'undecided' | null {
  const [best, ...others] = [...faces].sort(
    (a, b) => b.detection.score - a.detection.score || a.turn - b.turn,
  );
  if (best === undefined) return null;
  const tilt = ({ detection }: MainFace) => geometricQuality(detection).rollDeg;
  const contradicts = (other: MainFace) => {
    const apart = Math.abs(((tilt(best) - tilt(other) + 540) % 360) - 180);
    return apart > SAME_TILT_DEG && best.detection.score - other.detection.score < CLEARLY_BETTER;
  };
  return others.some(contradicts) ? 'undecided' : best;
}
