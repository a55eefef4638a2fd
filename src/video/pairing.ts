/** ffmpeg writes a frame and its timestamp together: when one of them waits this long, the other is lost. */
const LOST_MS = 1000;

interface Waiting<T> {
  value: T;
  sinceMs: number;
}

/** How {@link Pairing} recovers from a lost frame or timestamp. */
export interface PairingOptions<F> {
  /** Called with each frame and its timestamp, in order. */
  onPair: (frame: F, timestampMs: number) => void;
  /**
   * For a live source: called with a frame that waited over 1 s while a later one was there. Timestamps are given up in
   * the same way. Without this callback nothing is given up.
   */
  onLost?: (frame: F) => void;
  /**
   * For a source with back-pressure: once this many frames wait, no more can arrive. After 1 s the oldest is paired with
   * the timestamp of the frame before it.
   */
  maxWaiting?: number;
}

/**
 * Joins frames and their timestamps, which arrive on two pipes, one to one and whichever comes first. A line of the text
 * pipe may get lost; the options set how the two are resynchronised.
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

  /** Discards everything that waits. @returns the frames, oldest first */
  clear(): F[] {
    clearTimeout(this.#timer);
    this.#timestamps.length = 0;
    return this.#frames.splice(0).map(({ value }) => value);
  }

  /** Adds the next frame. @param nowMs on our monotonic clock */
  frame(value: F, nowMs: number): void {
    this.#frames.push({ value, sinceMs: nowMs });
    this.#join(nowMs);
  }

  /** Adds the next timestamp. @param nowMs on our monotonic clock */
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
