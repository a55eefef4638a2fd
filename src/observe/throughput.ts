import type { FrameReport } from '../pipeline/frameReport.js';

interface Counts {
  frames: number;
  faces: number;
  tracks: number;
}

/** How a camera is doing: in total, and a second since it was last asked. */
export interface CameraThroughput extends Counts {
  camera: string;
  framesPerSecond: number;
}

/** Counts frames a camera, for the once-a-second view of a dashboard. */
export class Throughput {
  readonly #counts = new Map<string, Counts>();
  #before = new Map<string, number>();
  #askedAtMs = performance.now();

  frame({ camera, outcome, verdicts, tracks }: FrameReport): void {
    if (outcome !== 'processed') return;
    const counts = this.#counts.get(camera) ?? { frames: 0, faces: 0, tracks: 0 };
    this.#counts.set(camera, {
      frames: counts.frames + 1,
      faces: counts.faces + verdicts.length,
      tracks: tracks.length,
    });
  }

  /** A camera that is no longer configured. */
  cameraRemoved(camera: string): void {
    this.#counts.delete(camera);
    this.#before.delete(camera);
  }

  /** Every camera that has delivered a frame. Rates are since the last call. */
  read(): CameraThroughput[] {
    const nowMs = performance.now();
    const seconds = Math.max(0.001, (nowMs - this.#askedAtMs) / 1000);
    const rows = [...this.#counts].map(([camera, counts]) => {
      const framesPerSecond = (counts.frames - (this.#before.get(camera) ?? 0)) / seconds;
      return { camera, ...counts, framesPerSecond: Number(framesPerSecond.toFixed(1)) };
    });
    this.#before = new Map([...this.#counts].map(([camera, { frames }]) => [camera, frames]));
    this.#askedAtMs = nowMs;
    return rows;
  }
}
