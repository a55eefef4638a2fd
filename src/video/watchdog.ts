/**
 * Reports when nothing has arrived for too long. It uses the monotonic clock, so a changed wall clock neither triggers nor
 * delays it. When this process itself was held up, input that has arrived meanwhile is read first.
 */
export class Watchdog {
  readonly #onLate: (limitMs: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #limitMs = 0;
  #fed = 0;

  /** @param onLate called once, with the limit that was exceeded */
  constructor(onLate: (limitMs: number) => void) {
    this.#onLate = onLate;
  }

  /** Starts, or restarts, with a limit. */
  watch(limitMs: number): void {
    this.stop();
    this.#limitMs = limitMs;
    this.#timer = setTimeout(() => this.#check(), limitMs);
  }

  /** Restarts the limit: something has arrived. */
  feed(): void {
    this.#fed++;
    this.#timer?.refresh();
  }

  /** Ends the watch; {@link watch} starts it again. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #check(): void {
    const { timer, fed } = { timer: this.#timer, fed: this.#fed };
    // In each turn of the event loop timers run before input, and setImmediate after it.
    setImmediate(() => {
      if (this.#timer !== timer || this.#fed !== fed) return;
      this.stop();
      this.#onLate(this.#limitMs);
    });
  }
}
