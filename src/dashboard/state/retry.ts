const FIRST_MS = 500;
const LONGEST_MS = 5000;

/** Waits between attempts to connect: longer each time, and over at once when the network or the tab comes back. */
export class Retry {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #delayMs = FIRST_MS;
  readonly #attempt: () => void;

  constructor(attempt: () => void) {
    this.#attempt = attempt;
    const now = () => this.#timer !== undefined && this.#run();
    addEventListener('online', now);
    document.addEventListener('visibilitychange', () => document.hidden || now());
  }

  /** An attempt went well: the next wait is short again. */
  succeeded(): void {
    this.#delayMs = FIRST_MS;
  }

  schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), this.#delayMs);
    this.#delayMs = Math.min(this.#delayMs * 2, LONGEST_MS);
  }

  #run(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#attempt();
  }
}
