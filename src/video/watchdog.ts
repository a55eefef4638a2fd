/**
 * Tells when nothing has come for too long. Runs on the monotonic clock, so that a changed wall clock neither trips nor
 * holds it; and when this process itself was held up, what has come meanwhile is read before it judges.
 */
export class Watchdog {
  readonly #onLate: (limitMs: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #limitMs = 0;
  #fed = 0;

  /** @param onLate called once, with the limit that was passed */
  constructor(onLate: (limitMs: number) => void) {
    this.#onLate = onLate;
  }

  /** Begins, or begins again, with a limit. */
  watch(limitMs: number): void {
    this.stop();
    this.#limitMs = limitMs;
    this.#timer = setTimeout(() => this.#check(), limitMs);
  }

  /** Something has come. */
  feed(): void {
    this.#fed++;
    this.#timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #check(): void {
    const { timer, fed } = { timer: this.#timer, fed: this.#fed };
    // Timers come before input in a turn of the event loop, setImmediate after it.
    setImmediate(() => {
      if (this.#timer !== timer || this.#fed !== fed) return;
      this.stop();
      this.#onLate(this.#limitMs);
    });
  }
}
