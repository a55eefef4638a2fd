/** Cameras that are left alone for a while. */
export class Quarantine {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #onEnd: (id: string) => void;

  /** @param onEnd told when a camera's time is over */
  constructor(onEnd: (id: string) => void) {
    this.#onEnd = onEnd;
  }

  has(id: string): boolean {
    return this.#timers.has(id);
  }

  begin(id: string, ms: number): void {
    this.end(id);
    const timer = setTimeout(() => {
      this.end(id);
      this.#onEnd(id);
    }, ms);
    this.#timers.set(id, timer);
  }

  /** Ends it before its time, without a word. */
  end(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  stop(): void {
    for (const id of [...this.#timers.keys()]) this.end(id);
  }
}
