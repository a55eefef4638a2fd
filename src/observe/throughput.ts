import type { FrameReport } from '../pipeline/frameReport.js';

interface Counts {
  /** Frames processed. */
  frames: number;
  /** Faces found, one per face and frame. */
  faces: number;
  /** Tracks in view after the last frame. */
  tracks: number;
}

/** The totals of one camera, and its rate since the last read. */
export interface CameraThroughput extends Counts {
  camera: string;
  /** Rounded to 0.1. */
  framesPerSecond: number;
}

/** Counts the processed frames per camera, for the `stats` messages of the WebSocket. */
export class Throughput {
  readonly #counts = new Map<string, Counts>();
  #before = new Map<string, number>();
  #readAtMs = performance.now();

  frame({ camera, outcome, verdicts, tracks }: FrameReport): void {
    if (outcome !== 'processed') return;
    const counts = this.#counts.get(camera) ?? { frames: 0, faces: 0, tracks: 0 };
    this.#counts.set(camera, {
      frames: counts.frames + 1,
      faces: counts.faces + verdicts.length,
      tracks: tracks.length,
    });
  }

  /** Drops the counts of a camera that is no longer configured. */
  cameraRemoved(camera: string): void {
    this.#counts.delete(camera);
    this.#before.delete(camera);
  }

  /** The counts of every camera with a processed frame. Rates cover the time since the last call. */
  read(): CameraThroughput[] {
    const nowMs = performance.now();
    const seconds = Math.max(0.001, (nowMs - this.#readAtMs) / 1000);
    const rows = [...this.#counts].map(([camera, counts]) => {
      const framesPerSecond = (counts.frames - (this.#before.get(camera) ?? 0)) / seconds;
      return { camera, ...counts, framesPerSecond: Number(framesPerSecond.toFixed(1)) };
    });
    this.#before = new Map([...this.#counts].map(([camera, { frames }]) => [camera, frames]));
    this.#readAtMs = nowMs;
    return rows;
  }
}
