export interface WriteSettledOptions {
  /** A file counts when it has stayed the same for this long, ms. */
  quietMs: number;
  /** One that is damaged counts as such after this long, ms: until then it may be half copied. */
  brokenMs: number;
}

interface Waiting {
  key: string;
  sinceMs: number;
  neededMs: number;
}

/** Which of the files that have changed are worth a look already. Time is a parameter, in ms of any clock that only grows. */
export class WriteSettled {
  readonly #options: WriteSettledOptions;
  #waiting = new Map<string, Waiting>();
  #changedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: WriteSettledOptions) {
    this.#options = options;
  }

  /**
   * @param changes name to what the file looks like now, of all files that are not as they were when they were read
   * @returns the names of those that have stayed so for long enough
   */
  see(changes: ReadonlyMap<string, string>, nowMs: number): Set<string> {
    const waiting = new Map<string, Waiting>();
    for (const [name, key] of changes) {
      const before = this.#waiting.get(name);
      const same = before?.key === key ? before : undefined;
      if (!same) this.#changedAtMs = nowMs;
      waiting.set(name, same ?? { key, sinceMs: nowMs, neededMs: this.#options.quietMs });
    }
    this.#waiting = waiting;
    const ripe = [...waiting].filter(([, { sinceMs, neededMs }]) => nowMs - sinceMs >= neededMs);
    return new Set(ripe.map(([name]) => name));
  }

  /** The change has been taken over. */
  done(name: string): void {
    this.#waiting.delete(name);
  }

  /** Puts off a damaged file. @returns false when it has been the same for so long that it is taken for what it is */
  putOff(name: string, nowMs: number): boolean {
    const file = this.#waiting.get(name);
    if (!file || nowMs - file.sinceMs >= this.#options.brokenMs) return false;
    file.neededMs = this.#options.brokenMs;
    return true;
  }

  /** How long ago any of the changes was first seen as it is, ms. */
  quietFor(nowMs: number): number {
    return nowMs - this.#changedAtMs;
  }

  /** When the next of those that wait has waited long enough, ms from now, from 0; null when none waits. */
  nextMs(nowMs: number): number | null {
    const times = [...this.#waiting.values()].map(({ sinceMs, neededMs }) => sinceMs + neededMs - nowMs);
    return times.length > 0 ? Math.max(0, Math.min(...times)) : null;
  }
}
