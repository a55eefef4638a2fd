/** The window in which the fastest frame, the reference for all others, is searched. */
const WINDOW_MS = 30_000;
/** When every frame has been late for this long, the source's clock must have jumped. */
const JUMP_MS = 3000;
/** A backlog that is read faster than this (media time over time) is catching up, so its frames are truly late. */
const CATCHING_UP = 1.2;

interface Sample {
  arrivalMs: number;
  delayMs: number;
}

/**
 * Measures how old a live frame is, although camera and computer share no clock: the frame with the least time from its
 * timestamp to its arrival within the last 30 s is taken as fresh, and a frame that took longer is older by the difference.
 *
 * When every frame has been late for 3 s and the source is not catching up, the camera's clock has jumped, and the
 * comparison starts again. A clock that jumps twice within 30 s is useless: from then on every frame is fresh.
 */
export class Freshness {
  readonly #staleMs: number;
  /** Ascending in both arrival and delay: the first sample has the least delay of the window. */
  #least: Sample[] = [];
  #lateSince: { arrivalMs: number; timestampMs: number } | null = null;
  #lastJumpMs: number | null = null;
  #trusted: boolean;

  /**
   * @param staleMs a frame older than this is stale, ms
   * @param trusted false for a source whose timestamps are known to be meaningless: all its frames are fresh
   */
  constructor(staleMs: number, trusted = true) {
    this.#staleMs = staleMs;
    this.#trusted = trusted;
  }

  /** False when the timestamps are meaningless and every frame is treated as fresh. */
  get trusted(): boolean {
    return this.#trusted;
  }

  /**
   * Whether the next frame is too old.
   *
   * @param timestampMs on the source's clock
   * @param arrivalMs on our monotonic clock, never decreasing
   */
  isStale(timestampMs: number, arrivalMs: number): boolean {
    if (!this.#trusted) return false;
    if (this.#ageMs(timestampMs, arrivalMs) <= this.#staleMs) {
      this.#lateSince = null;
      return false;
    }
    this.#lateSince ??= { arrivalMs, timestampMs };
    const lateMs = arrivalMs - this.#lateSince.arrivalMs;
    const isCatchingUp = timestampMs - this.#lateSince.timestampMs > lateMs * CATCHING_UP;
    if (lateMs <= JUMP_MS || isCatchingUp) return true;
    this.#trusted = this.#lastJumpMs === null || arrivalMs - this.#lastJumpMs > WINDOW_MS;
    this.#lastJumpMs = arrivalMs;
    this.#lateSince = null;
    this.#least = [{ arrivalMs, delayMs: arrivalMs - timestampMs }];
    return false;
  }

  #ageMs(timestampMs: number, arrivalMs: number): number {
    const delayMs = arrivalMs - timestampMs;
    const least = this.#least;
    while (least.length > 0 && least[least.length - 1].delayMs >= delayMs) least.pop();
    least.push({ arrivalMs, delayMs });
    while (least[0].arrivalMs < arrivalMs - WINDOW_MS) least.shift();
    return delayMs - least[0].delayMs;
  }
}
