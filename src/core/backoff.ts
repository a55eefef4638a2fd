export interface BackoffOptions {
  /** Wait before the second attempt, ms; doubles with each that fails. */
  firstMs: number;
  maxMs: number;
  /** An attempt that held this long, in ms, starts the count anew. */
  healthyMs: number;
}

/** Part of a wait that is left to chance, so that many cameras behind one switch do not come back in step. */
const JITTER = 0.2;

/** How long to wait before trying again: ever longer, with some chance in it. */
export class Backoff {
  readonly #options: BackoffOptions;
  readonly #random: () => number;
  #failures = 0;

  /** @param random 0..1 */
  constructor(options: BackoffOptions, random: () => number = Math.random) {
    this.#options = options;
    this.#random = random;
  }

  /** @param heldMs how long the attempt that has just failed had worked, in ms; @returns ms, never above maxMs */
  next(heldMs: number): number {
    const { firstMs, maxMs, healthyMs } = this.#options;
    if (heldMs >= healthyMs) this.#failures = 0;
    const waitMs = Math.min(maxMs, firstMs * 2 ** this.#failures);
    this.#failures++;
    return waitMs * (1 - JITTER * this.#random());
  }
}
