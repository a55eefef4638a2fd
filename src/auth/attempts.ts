/** What {@link Attempts} permits. */
export interface AttemptLimit {
  /** Failed attempts of one key within the time. */
  most: number;
  /** From the first of them on, ms. */
  withinMs: number;
}

/** Keys that are kept; beyond that, the one that is oldest is given up. */
const MOST_KEYS = 10_000;

interface Tally {
  count: number;
  endsAtMs: number;
}

/** Limits failed attempts by a key, such as an address. */
export class Attempts {
  readonly #limit: AttemptLimit;
  readonly #tallies = new Map<string, Tally>();

  constructor(limit: AttemptLimit) {
    this.#limit = limit;
  }

  /** How long a key has to wait before its next attempt, ms; 0: not at all. */
  waitMs(key: string, nowMs: number): number {
    const tally = this.#tallies.get(key);
    if (!tally || tally.endsAtMs <= nowMs || tally.count < this.#limit.most) return 0;
    return tally.endsAtMs - nowMs;
  }

  /** Takes an attempt as failed, before it is made: of many at once, none is free. */
  take(key: string, nowMs: number): void {
    const known = this.#tallies.get(key);
    if (known && known.endsAtMs > nowMs) {
      known.count++;
      return;
    }
    this.#tallies.delete(key);
    this.#tallies.set(key, { count: 1, endsAtMs: nowMs + this.#limit.withinMs });
    const [oldest] = this.#tallies.keys();
    if (this.#tallies.size > MOST_KEYS && oldest !== undefined) this.#tallies.delete(oldest);
  }

  /** Gives an attempt back that has not failed. */
  giveBack(key: string): void {
    const tally = this.#tallies.get(key);
    if (tally && tally.count > 0) tally.count--;
  }

  /** Gives all attempts of a key back. */
  clear(key: string): void {
    this.#tallies.delete(key);
  }
}
