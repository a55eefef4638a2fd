/**
 * Limits a log message that may repeat: emits the first one at once, then at most one per period.
 *
 * What is left out is counted. At the end of the period the latest of the messages left out is emitted with the number of
 * the others, `disk is full (and 312 more)`. The timer does not keep the process alive.
 */
export class LogThrottle {
  readonly #periodMs: number;
  readonly #emit: (message: string) => void;
  #pending: string | null = null;
  /** Messages since the last one emitted, without the pending one. */
  #omitted = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param periodMs at most one message per period, ms */
  constructor(periodMs: number, emit: (message: string) => void) {
    this.#periodMs = periodMs;
    this.#emit = emit;
  }

  /** Emits the message now, or keeps it until the end of the period in place of the one kept before. */
  add(message: string): void {
    this.withdraw();
    this.#pending = message;
    if (!this.#timer) this.#flush();
  }

  /** Drops the message that is waiting, because it no longer holds; it still counts as left out. */
  withdraw(): void {
    if (this.#pending !== null) this.#omitted++;
    this.#pending = null;
  }

  /** Emits what is waiting at once, however short the last message ago. */
  finish(): void {
    clearTimeout(this.#timer);
    this.#flush();
    this.stop();
  }

  /** Drops what is waiting and the timer; the next message is emitted at once. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pending = null;
    this.#omitted = 0;
  }

  #flush(): void {
    this.#timer = undefined;
    if (this.#pending === null) return;
    const message = this.#omitted > 0 ? `${this.#pending} (and ${this.#omitted} more)` : this.#pending;
    this.#pending = null;
    this.#omitted = 0;
    this.#timer = setTimeout(() => this.#flush(), this.#periodMs);
    this.#timer.unref();
    this.#emit(message);
  }
}
