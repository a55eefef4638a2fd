/** How long a changed file must have stayed the same before it is read. */
export interface WriteSettledOptions {
  /** For any file, ms. */
  quietMs: number;
  /** For a damaged one, ms: until then it may be half copied. */
  brokenMs: number;
}

interface Waiting {
  key: string;
  sinceMs: number;
  neededMs: number;
}

/**
 * Waits until changed files stop growing. Knows files only by name and a key that differs when a file differs. Time is a
 * parameter, in ms of any clock that only grows.
 */
export class WriteSettled {
  readonly #options: WriteSettledOptions;
  #waiting = new Map<string, Waiting>();
  #changedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: WriteSettledOptions) {
    this.#options = options;
  }

  /**
   * Takes note of how the changed files are now, and forgets those that are no longer among them.
   *
   * @param changes the key of every file that is not as it was when it was read, by name
   * @returns the names of those that have stayed the same for long enough
   */
  observe(changes: ReadonlyMap<string, string>, nowMs: number): Set<string> {
    const waiting = new Map<string, Waiting>();
    for (const [name, key] of changes) {
      const before = this.#waiting.get(name);
      const same = before?.key === key ? before : undefined;
      if (!same) this.#changedAtMs = nowMs;
      waiting.set(name, same ?? { key, sinceMs: nowMs, neededMs: this.#options.quietMs });
    }
    this.#waiting = waiting;
    const settled = [...waiting].filter(([, { sinceMs, neededMs }]) => nowMs - sinceMs >= neededMs);
    return new Set(settled.map(([name]) => name));
  }

  /** Forgets a file, because its change has been applied. */
  done(name: string): void {
    this.#waiting.delete(name);
  }

  /** Lets a damaged file wait for longer. @returns false when it has done so already and is to be read as it is */
  putOff(name: string, nowMs: number): boolean {
    const file = this.#waiting.get(name);
    if (!file || nowMs - file.sinceMs >= this.#options.brokenMs) return false;
    file.neededMs = this.#options.brokenMs;
    return true;
  }

  /** Time since any file was last seen to differ, ms; infinite before the first. */
  quietFor(nowMs: number): number {
    return nowMs - this.#changedAtMs;
  }

  /** When the next waiting file will have waited long enough, ms from now, from 0; null when none is waiting. */
  nextMs(nowMs: number): number | null {
    const times = [...this.#waiting.values()].map(({ sinceMs, neededMs }) => sinceMs + neededMs - nowMs);
    return times.length > 0 ? Math.max(0, Math.min(...times)) : null;
  }
}
