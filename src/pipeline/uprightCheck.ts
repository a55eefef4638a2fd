import { CLOSE_PX, closeView, faceInPlace } from '../face/closeView.js';
import type { Detection } from '../face/detection.js';
import { geometricQuality } from '../face/quality.js';
import type { Turn, View } from '../image/fit.js';
import type { Image } from '../image/image.js';
import type { Track } from '../track/state.js';

/** What the check needs of the worker pool. */
interface CloseLook {
  detect(task: { image: Image; view: View }): Promise<{ detections: Detection[] }>;
}

/** Time between checks, and once faces have proved to be upright, ms. */
const EVERY_MS = 1000;
const SETTLED_EVERY_MS = 600_000;
/** A detector finds a face on its head too, but with a lower score, by at least this. */
const CLEARLY_BETTER = 0.03;
/** Checks that must agree, and on how many faces: one may be a picture on a wall. */
const CHECKS = 4;
const FACES = 2;
/** Smaller faces look alike either way up, px. */
const MIN_SIZE_PX = 32;
const MIN_SCORE = 0.6;

/**
 * Notices a camera that hangs upside down: its faces are found, but compared with their landmarks the wrong way round, so nobody is
 * known. Now and then the largest face is shown to the detector from close by, upright and turned.
 */
export class UprightCheck {
  readonly #faceEngine: CloseLook;
  #nextMs = Number.NEGATIVE_INFINITY;
  #upright = 0;
  #turned = 0;
  readonly #turnedTracks = new Set<number>();
  #isDone = false;

  constructor(faceEngine: CloseLook) {
    this.#faceEngine = faceEngine;
  }

  /**
   * Checks a frame, if it is time to.
   *
   * @param tracks those of the frame
   * @param timeMs media time
   * @returns true once, when the faces prove to be upside down
   * @throws SpotterError of the worker pool
   */
  async isUpsideDown(image: Image, tracks: readonly Track[], timeMs: number): Promise<boolean> {
    if (timeMs < this.#nextMs - SETTLED_EVERY_MS) this.#nextMs = timeMs;
    if (this.#isDone || timeMs < this.#nextMs) return false;
    const seen = tracks.filter(({ lastSeenMs }) => lastSeenMs === timeMs).filter(isClear);
    if (seen.length === 0) return false;
    const { number, detection } = seen.reduce((a, b) => (sizeOf(b.detection) > sizeOf(a.detection) ? b : a));
    const [upright, turned] = [
      await this.#score(image, detection, 0),
      await this.#score(image, detection, 180),
    ];
    const isTurned = turned - upright >= CLEARLY_BETTER;
    const isUpright = upright - turned >= CLEARLY_BETTER;
    if (isUpright) this.#upright++;
    else if (isTurned) this.#upright = 0;
    if (isUpright || (isTurned && (await this.#liesOnItsSide(image, detection, turned)))) {
      this.#turned = 0;
      this.#turnedTracks.clear();
    } else if (isTurned) {
      this.#turned++;
      this.#turnedTracks.add(number);
    }
    this.#nextMs = timeMs + (this.#upright >= CHECKS ? SETTLED_EVERY_MS : EVERY_MS);
    this.#isDone = this.#turned >= CHECKS && this.#turnedTracks.size >= FACES;
    return this.#isDone;
  }

  /** Whether a face is as good on its side as upside down: a picture that lies on its side, or somebody who does. */
  async #liesOnItsSide(image: Image, detection: Detection, turned: number): Promise<boolean> {
    for (const turn of [90, 270] as const)
      if (turned - (await this.#score(image, detection, turn)) < CLEARLY_BETTER) return true;
    return false;
  }

  /** Score of a face seen from close by, 0..1; 0 where that shows none. */
  async #score(image: Image, { box }: Detection, turn: Turn): Promise<number> {
    const { detections } = await this.#faceEngine.detect({ image, view: closeView(box, turn, CLOSE_PX[0]) });
    return faceInPlace(detections, box)?.score ?? 0;
  }
}

function isClear({ detection }: Track): boolean {
  return detection.score >= MIN_SCORE && sizeOf(detection) >= MIN_SIZE_PX;
}

function sizeOf(detection: Detection): number {
  return geometricQuality(detection).sizePx;
}

/**
 * What to do about faces that are upside down, in one sentence.
 *
 * @param rotate how the picture is rotated now, degrees
 * @param how names the setting for another rotation
 */
export function upsideDownHint(rotate: number, how: (rotate: number) => string): string {
  return `faces look upside down, and nobody is recognised that way; ${how((rotate + 180) % 360)}`;
}
