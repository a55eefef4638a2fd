/** Limits of {@link Backoff}. */
export interface BackoffOptions {
  /** Delay before the first retry, ms; doubles with each failure. */
  firstMs: number;
  /** Longest delay, ms. */
  maxMs: number;
  /** An attempt that worked for this long, ms, resets the delay. */
  healthyMs: number;
}

/** Random fraction of a delay, so that many cameras behind one switch do not reconnect in step. */
const JITTER = 0.2;

/** Exponential backoff with jitter. */
export class Backoff {
  readonly #options: BackoffOptions;
  readonly #random: () => number;
  #failures = 0;

  /** @param random source of the jitter, 0..1 */
  constructor(options: BackoffOptions, random: () => number = Math.random) {
    this.#options = options;
    this.#random = random;
  }

  /** The next delay is the first one again. */
  reset(): void {
    this.#failures = 0;
  }

  /**
   * The delay before the next attempt.
   *
   * @param heldMs how long the failed attempt had worked, ms
   * @returns ms, between 80 % and 100 % of the current delay, which never exceeds maxMs
   */
  next(heldMs: number): number {
    const { firstMs, maxMs, healthyMs } = this.#options;
    if (heldMs >= healthyMs) this.reset();
    const waitMs = Math.min(maxMs, firstMs * 2 ** this.#failures);
    this.#failures++;
    return waitMs * (1 - JITTER * this.#random());
  }
}
