/** How far back the fastest frame is searched that the others are compared with. */
const WINDOW_MS = 30_000;
/** So long must everything have been late until the source's clock is taken to have jumped. */
const JUMP_MS = 3000;
/** A backlog that is read faster than this is catching up, so its frames are truly late. */
const CATCHING_UP = 1.2;

interface Sample {
  arrivalMs: number;
  delayMs: number;
}

/**
 * Tells how old a live frame is although camera and computer share no clock: the frame that took least time from its
 * timestamp to its arrival within the last 30 s counts as fresh, and what takes longer is that much older.
 *
 * When everything has been late for 3 s and yet nothing is catching up, the camera's clock has jumped, and a new
 * comparison begins. A clock that jumps twice within 30 s is none: from then on every frame counts as fresh.
 */
export class Freshness {
  readonly #staleMs: number;
  /** Ascending in both arrival and delay: the first is the least delay of the window. */
  #least: Sample[] = [];
  #lateSince: { arrivalMs: number; timestampMs: number } | null = null;
  #lastJumpMs: number | null = null;
  #trusted: boolean;

  /**
   * @param staleMs from which age on a frame is too old
   * @param trusted false for a source whose timestamps are known to mean nothing: all its frames count as fresh
   */
  constructor(staleMs: number, trusted = true) {
    this.#staleMs = staleMs;
    this.#trusted = trusted;
  }

  /** false when the timestamps are no clock and every frame counts as fresh. */
  get trusted(): boolean {
    return this.#trusted;
  }

  /**
   * Judges the next frame.
   *
   * @param timestampMs the source's clock
   * @param arrivalMs our monotonic clock, never decreasing
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
