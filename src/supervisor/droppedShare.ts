import type { FrameReport } from '../pipeline/frameReport.js';

/** Over which time the share is measured, ms. */
const WINDOW_MS = 10_000;

/** The recent share of frames for which there was no time, of all cameras together. */
export class DroppedShare {
  #frames = 0;
  #dropped = 0;
  #sinceMs = performance.now();
  #share = 0;

  frame({ outcome, dropped }: Pick<FrameReport, 'outcome' | 'dropped'>): void {
    if (outcome === 'processed') this.#frames += 1;
    // The other reasons are no sign of a busy machine.
    if (dropped !== 'newer') return;
    this.#frames += 1;
    this.#dropped += 1;
  }

  /** 0..1. */
  read(): number {
    const nowMs = performance.now();
    if (nowMs - this.#sinceMs < WINDOW_MS) return this.#share;
    this.#share = this.#frames === 0 ? 0 : this.#dropped / this.#frames;
    this.#frames = 0;
    this.#dropped = 0;
    this.#sinceMs = nowMs;
    return this.#share;
  }
}
