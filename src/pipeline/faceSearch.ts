import type { Size } from '../core/geometry.js';
import { iou, isSameFace } from '../face/box.js';
import type { Detection } from '../face/detection.js';
import type { QualityLimits } from '../face/quality.js';
import { type Candidate, FILLING, joined, type Reach, sizeAt, surroundings } from '../face/scales.js';
import type { View } from '../image/fit.js';
import type { Image } from '../image/image.js';
import type { Track } from '../track/state.js';
import type { Detected } from '../worker/protocol.js';
import type { FaceEngine, Found } from './frame.js';

/** The coarse input, its margin included, in longest sides of the usual one: a third of the side takes a ninth of the work. */
const COARSE = 1 / 3;
/** From this fraction of the largest face in reach on, the coarse scale shows a face at least as well. */
const COARSE_FROM = 0.75;
/** A face from this fraction of the largest in reach on may exceed it in the next frames. */
const NEAR = 0.6;
/** A face from this fraction of the largest in reach on that is lost may have become too large. */
const LOST_FROM = 0.3;
/** Work of the searches that nothing in the frame asks for, as a fraction of that of all frames. */
const ROUTINE_WORK = 0.03;

/** What decides about the search of a frame. */
export interface Occasion {
  /** Those before the frame. */
  tracks: readonly Track[];
  /** The picture has nothing to do with the one before. */
  isCut: boolean;
}

/** What a search works with. */
export interface FaceSearchOptions {
  faceEngine: Pick<FaceEngine, 'detect'>;
  /** Of the detector. */
  reach: Reach;
  /** By which a box around another one is told to be a face. */
  quality: QualityLimits;
  /** Which faces to ignore, because they are in a mask. */
  area: { isSeen(detection: Detection, size: Size): boolean };
}

/** What the usual search of a frame found. */
export interface Searched extends Found {
  input: Detected['input'];
}

/**
 * Finds the faces in one camera's frames: each frame is searched in the usual input, and where it may show a face too large
 * for that, a second time in a small input with a margin. What decides are the frames alone, so that a recording gives the same
 * events every time.
 */
export class FaceSearch {
  readonly #options: FaceSearchOptions;
  /** Work that may be spent on a routine search, in searches of a frame. The first frame is always searched twice. */
  #saved = Number.POSITIVE_INFINITY;
  /** Work of a coarse search, in searches of a frame; an input of fixed size makes it as costly as the usual one. */
  #cost = 1;

  constructor(options: FaceSearchOptions) {
    this.#options = options;
  }

  /** The usual search of a frame, which depends on no other frame. @throws SpotterError of the worker pool */
  usual(image: Image): Promise<Searched> {
    return this.#detect({ image });
  }

  /**
   * Adds the large faces of a frame to what was found in it; call it once per frame, in order.
   *
   * @param found by {@link usual}
   * @returns `found` where there cannot be any
   * @throws SpotterError of the worker pool
   */
  async complete(image: Image, found: Searched, occasion: Occasion): Promise<Found> {
    if (!this.#isDue(image, found, occasion)) return found;
    const coarse = await this.#detect({ image, view: coarseView(image, found.input.scale) });
    this.#saved = 0;
    this.#cost = pixels(coarse.input) / pixels(found.input);
    return {
      ...found,
      detections: this.#join(found, coarse),
      timing: {
        fitMs: found.timing.fitMs + coarse.timing.fitMs,
        modelMs: found.timing.modelMs + coarse.timing.modelMs,
        decodeMs: found.timing.decodeMs + coarse.timing.decodeMs,
      },
      totalMs: found.totalMs + coarse.totalMs,
    };
  }

  /** Starts anew: the next frame is the first of another source. */
  reset(): void {
    this.#saved = Number.POSITIVE_INFINITY;
  }

  async #detect(task: { image: Image; view?: View }): Promise<Searched> {
    const start = performance.now();
    const detected = await this.#options.faceEngine.detect({ ...task, weak: true });
    const detections = detected.detections.filter((face) => this.#options.area.isSeen(face, task.image));
    return { ...detected, detections, totalMs: performance.now() - start };
  }

  #isDue(image: Size, { detections, input: { scale } }: Searched, { tracks, isCut }: Occasion): boolean {
    const [, largest] = this.#options.reach;
    if (FILLING * Math.min(image.width, image.height) * scale <= COARSE_FROM * largest) return false;
    this.#saved += ROUTINE_WORK;
    if (isCut || this.#saved >= this.#cost) return true;
    if (detections.some(({ box }) => sizeAt(box, scale) >= NEAR * largest)) return true;
    return tracks.some(
      ({ detection: { box } }) =>
        sizeAt(box, scale) >= LOST_FROM * largest && !detections.some((other) => isSameFace(box, other.box)),
    );
  }

  #join(usual: Searched, coarse: Searched): Detection[] {
    const [smallest, largest] = this.#options.reach;
    const { scale } = usual.input;
    const size = ({ box }: Detection) => sizeAt(box, scale);
    // What is small is better seen in the usual input, and may be nothing.
    const large = coarse.detections.filter((face) => size(face) > NEAR * largest);
    const beside: Detection[] = [];
    const candidates: Candidate[] = large.map((detection) => ({
      detection,
      level: { scale: coarse.input.scale, zoom: coarse.input.scale / scale },
    }));
    for (const detection of usual.detections) {
      const isIn = (same: typeof isSameFace) => large.some(({ box }) => same(box, detection.box));
      // What is out of reach is often half of a face.
      if (size(detection) > largest && isIn((a, b) => iou(a, b) > 0)) continue;
      if (isIn(isSameFace)) candidates.push({ detection, level: { scale, zoom: 1 } });
      else beside.push(detection);
    }
    const faces = joined(candidates, [smallest, COARSE_FROM * largest], this.#options.quality);
    return [...beside, ...faces.map(({ detection }) => detection)].sort((a, b) => b.score - a.score);
  }
}

/** The view for large faces. @param scale of the usual input, input px per image px */
export function coarseView(image: Size, scale: number): View {
  const region = surroundings(image);
  return { region, longestSide: COARSE * Math.max(image.width, image.height) * scale };
}

function pixels({ width, height }: Size): number {
  return width * height;
}
