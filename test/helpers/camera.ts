import { monotonicMs } from '../../src/core/clock.js';
import type { SpotterError } from '../../src/core/errors.js';
import type { Live } from '../../src/engine/cameraRunner.js';
import type { QualityLimits } from '../../src/face/quality.js';
import type { Frame } from '../../src/image/cameraFrame.js';
import { Camera } from '../../src/pipeline/camera.js';
import type { CameraOptions } from '../../src/pipeline/cameraOptions.js';
import type { FaceEngine } from '../../src/pipeline/frame.js';
import { policy } from './film.js';
import { flatYuv } from './image.js';

const NOBODY = {
  version: 1,
  dimension: 64,
  vectors: 0,
  columns: new Float32Array(0),
  personOf: new Int32Array(0),
};

/** Limits that almost every face meets. */
export const LENIENT_QUALITY: QualityLimits = {
  minSizePx: 32,
  minScore: 0.6,
  maxYawDeg: 72,
  maxPitchDeg: 60,
  maxFlatness: 1,
  minSharpness: 0,
};

/** Finds no face in any picture. */
export const blindFaceEngine: FaceEngine = {
  detect: async () => ({
    detections: [],
    input: { width: 640, height: 384, scale: 1 },
    timing: { fitMs: 0, modelMs: 0, decodeMs: 0 },
  }),
  match: async () => [],
  look: async () => ({ looks: [], timing: { alignMs: 0, modelMs: 0, matchMs: 0 } }),
};

/** A camera whose detector finds nothing. */
export function blindCamera(options: Partial<CameraOptions> = {}): Camera {
  return new Camera({
    id: 'door',
    quality: LENIENT_QUALITY,
    policy,
    faceEngine: blindFaceEngine,
    reach: [24, 360],
    scheduler: { acquire: async () => () => {} },
    gate: { isOpen: () => true },
    area: { isSeen: () => true, zonesOf: () => [] },
    people: () => ({ matrix: NOBODY, toMatch: () => null }),
    firstTrack: 1,
    onEvent: () => {},
    onReport: () => {},
    ...options,
  });
}

/** A grey frame. @param brightness 0..255 */
export function greyFrame(seq: number, brightness = 128, release: () => void = () => {}): Frame {
  return {
    cameraId: 'door',
    seq,
    capturedAtMs: Date.now(),
    arrivedAtMs: monotonicMs(),
    mediaTimeMs: seq * 100,
    isSeam: false,
    still: null,
    image: flatYuv(16, 16, [brightness, 128, 128]),
    release,
  };
}

/** A live source by hand: frames are offered, and it fails, when the test wants it. */
export class ManualLive implements Live {
  readonly #frames: Frame[] = [];
  #waiting: Frame | null = null;
  #failure: SpotterError | null = null;
  #isStopped = false;
  #wake = () => {};

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Offers frames one after another, the next once the camera is ready for it. */
  offer(...frames: Frame[]): void {
    this.#frames.push(...frames);
    this.#wake();
  }

  /** Fails once the frames offered so far are taken. */
  fail(error: SpotterError): void {
    this.#failure = error;
    this.#wake();
  }

  async ready(): Promise<boolean> {
    while (!this.#isStopped) {
      this.#waiting ??= this.#frames.shift() ?? null;
      if (this.#waiting) return true;
      if (this.#failure) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return false;
  }

  take(): Frame | null {
    const frame = this.#waiting;
    this.#waiting = null;
    return frame;
  }

  newestAtMs(): number | null {
    return this.#waiting?.arrivedAtMs ?? null;
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  async ended(): Promise<void> {}
}
