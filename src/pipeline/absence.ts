import { monotonicMs } from '../core/clock.js';
import type { Frame } from '../image/cameraFrame.js';

/**
 * The time in which a live source is away, and what comes after it. Each connection counts media time from its own first
 * frame; where the source is back in time with frames of the same size, media time goes on from the last one.
 */
export class Absence {
  readonly #limitMs: number;
  readonly #onOver: () => void;
  #last: Frame | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Our media time less that of the connection, ms. */
  #shiftMs = 0;

  /**
   * @param limitMs longest absence, from the last frame on, ms
   * @param onOver called when the source has been away for longer
   */
  constructor(limitMs: number, onOver: () => void) {
    this.#limitMs = limitMs;
    this.#onOver = onOver;
  }

  /** The source is away. Does nothing when it has been away already. @param last the last frame that was processed */
  begin(last: Frame): void {
    if (this.#last) return;
    this.#last = last;
    const leftMs = this.#limitMs - (monotonicMs() - last.arrivedAtMs);
    if (leftMs <= 0) this.#onOver();
    else this.#timer = setTimeout(this.#onOver, leftMs);
  }

  /**
   * Takes the next frame of a source and corrects its media time.
   *
   * @returns what the frame is after an absence: of the `same` picture, or of an `other` one; null within a connection, and after an
   *   absence that was over
   */
  continue(frame: Frame): 'same' | 'other' | null {
    const last = this.#last;
    if (!last) {
      frame.mediaTimeMs += this.#shiftMs;
      return null;
    }
    this.cancel();
    if (frame.image.width !== last.image.width || frame.image.height !== last.image.height) return 'other';
    this.#shiftMs = last.mediaTimeMs + frame.arrivedAtMs - last.arrivedAtMs - frame.mediaTimeMs;
    frame.mediaTimeMs += this.#shiftMs;
    return 'same';
  }

  /** Nobody waits for the source any more: media time is that of the next connection. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#last = null;
    this.#shiftMs = 0;
  }
}
