/** An occasion may come this much of a period early, so that a jitter does not halve the rate. */
const EARLY = 0.25;

/** Keeps a mean rate, although the occasions come at times of their own. */
export class Pacer {
  #slotMs = Number.NEGATIVE_INFINITY;

  /**
   * Whether an occasion may be taken, at most one per period on average; the first always may.
   *
   * @param nowMs monotonic
   * @param everyMs the period
   */
  isDue(nowMs: number, everyMs: number): boolean {
    const sinceMs = nowMs - this.#slotMs;
    if (sinceMs < (1 - EARLY) * everyMs) return false;
    // After a pause, what was missed is not made up for.
    this.#slotMs = sinceMs < 2 * everyMs ? this.#slotMs + everyMs : nowMs;
    return true;
  }
}
