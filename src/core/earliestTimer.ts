import { monotonicMs } from './clock.js';

/** Calls something once, at the earliest of the times that were asked for since the last call: asking again and again does not put it off. */
export class EarliestTimer {
  readonly #call: () => void;
  #timer: NodeJS.Timeout | undefined;
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(call: () => void) {
    this.#call = call;
  }

  /** @param ms from now */
  callIn(ms: number): void {
    const dueMs = monotonicMs() + ms;
    if (dueMs >= this.#dueMs) return;
    this.cancel();
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => {
      this.cancel();
      this.#call();
    }, ms);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#dueMs = Number.POSITIVE_INFINITY;
  }
}
