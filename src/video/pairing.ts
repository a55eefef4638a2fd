/** One of a pair that waits this long while its successor is there has lost its other half. */
const LOST_MS = 1000;

interface Waiting<T> {
  value: T;
  sinceMs: number;
}

/**
 * Joins frames and their timestamps, which come by two ways, one to one. The text way may lose a line: then whatever
 * waits too long is given up, so that the two fall into step again.
 */
export class Pairing<F> {
  readonly #frames: Waiting<F>[] = [];
  readonly #timestamps: Waiting<number>[] = [];
  readonly #onPair: (frame: F, timestampMs: number) => void;
  readonly #onLost: (frame: F) => void;

  /** @param onLost takes a frame whose timestamp never came */
  constructor(onPair: (frame: F, timestampMs: number) => void, onLost: (frame: F) => void) {
    this.#onPair = onPair;
    this.#onLost = onLost;
  }

  /** Frames without a timestamp yet, oldest first. */
  get waiting(): F[] {
    return this.#frames.map(({ value }) => value);
  }

  /** Gives up everything that waits. @returns the frames, oldest first */
  clear(): F[] {
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
    while (this.#frames.length > 0 && this.#timestamps.length > 0) {
      for (const { value } of dropLost(this.#frames, nowMs)) this.#onLost(value);
      dropLost(this.#timestamps, nowMs);
      const frame = this.#frames.shift() as Waiting<F>;
      const timestamp = this.#timestamps.shift() as Waiting<number>;
      this.#onPair(frame.value, timestamp.value);
    }
  }
}

function dropLost<T>(queue: Waiting<T>[], nowMs: number): Waiting<T>[] {
  let lost = 0;
  while (lost < queue.length - 1 && nowMs - queue[lost].sinceMs > LOST_MS) lost++;
  return queue.splice(0, lost);
}
