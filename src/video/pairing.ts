/** ffmpeg writes a frame and its timestamp at once: one of the two that waits this long has lost the other. */
const LOST_MS = 1000;

interface Waiting<T> {
  value: T;
  sinceMs: number;
}

export interface PairingOptions<F> {
  onPair: (frame: F, timestampMs: number) => void;
  /**
   * Of a source that nobody holds up: takes a frame that waited too long while its successor was there. Timestamps are
   * given up likewise. Without it nothing is given up.
   */
  onLost?: (frame: F) => void;
  /**
   * Of a source that waits for its reader: when so many frames wait, no more can come. The oldest then goes on with the
   * time of the frame before it, after a while.
   */
  maxWaiting?: number;
}

/**
 * Joins frames and their timestamps, which come by two ways, one to one, whichever is ahead. The text way may lose a line;
 * the options say how the two fall into step again.
 */
export class Pairing<F> {
  readonly #options: PairingOptions<F>;
  readonly #frames: Waiting<F>[] = [];
  readonly #timestamps: Waiting<number>[] = [];
  #lastMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PairingOptions<F>) {
    this.#options = options;
  }

  /** Frames without a timestamp yet, oldest first. */
  get waiting(): F[] {
    return this.#frames.map(({ value }) => value);
  }

  /** Gives up everything that waits. @returns the frames, oldest first */
  clear(): F[] {
    clearTimeout(this.#timer);
    this.#timestamps.length = 0;
    return this.#frames.splice(0).map(({ value }) => value);
  }

  /** @param nowMs our monotonic clock */
  frame(value: F, nowMs: number): void {
    this.#frames.push({ value, sinceMs: nowMs });
    this.#join(nowMs);
  }

  timestamp(ms: number, nowMs: number): void {
    this.#timestamps.push({ value: ms, sinceMs: nowMs });
    this.#join(nowMs);
  }

  #join(nowMs: number): void {
    const { onPair, onLost, maxWaiting = Number.POSITIVE_INFINITY } = this.#options;
    clearTimeout(this.#timer);
    while (this.#frames.length > 0 && this.#timestamps.length > 0) {
      if (onLost) {
        for (const { value } of dropLost(this.#frames, nowMs)) onLost(value);
        dropLost(this.#timestamps, nowMs);
      }
      const frame = this.#frames.shift() as Waiting<F>;
      const timestamp = this.#timestamps.shift() as Waiting<number>;
      this.#lastMs = timestamp.value;
      onPair(frame.value, timestamp.value);
    }
    if (this.#frames.length >= maxWaiting)
      this.#timer = setTimeout(() => this.timestamp(this.#lastMs, nowMs + LOST_MS), LOST_MS);
  }
}

function dropLost<T>(queue: Waiting<T>[], nowMs: number): Waiting<T>[] {
  let lost = 0;
  while (lost < queue.length - 1 && nowMs - queue[lost].sinceMs > LOST_MS) lost++;
  return queue.splice(0, lost);
}
