import { monotonicMs } from '../core/clock.js';

/** Ids of the last while. */
export class RecentIds {
  readonly #keptMs: number;
  readonly #now: () => number;
  /** Monotonic time at which each came, oldest first. */
  readonly #ids = new Map<string, number>();

  /** @param keptMs how long an id is kept at least @param now monotonic clock */
  constructor(keptMs: number, now: () => number = monotonicMs) {
    this.#keptMs = keptMs;
    this.#now = now;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add(id: string): void {
    const nowMs = this.#now();
    for (const [old, atMs] of this.#ids) {
      if (nowMs - atMs <= this.#keptMs) break;
      this.#ids.delete(old);
    }
    this.#ids.set(id, nowMs);
  }
}
