import type { Frame } from '../image/cameraFrame.js';

/** A live source: offers its newest frame only. */
export interface NewestFrames {
  /** Resolves true when a frame waits, false at the end; rejects when the source has failed. */
  ready(): Promise<boolean>;
  /** The newest frame not yet taken, or null. */
  take(): Frame | null;
  /** When the waiting frame arrived, monotonic ms; null when none waits. */
  newestAtMs(): number | null;
}
