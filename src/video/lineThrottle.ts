/** Passes on the first of many messages, and then at most one in a period: the last, and how many there were. */
export class Digest {
  readonly #everyMs: number;
  readonly #emit: (message: string) => void;
  #last = '';
  #untold = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(everyMs: number, emit: (message: string) => void) {
    this.#everyMs = everyMs;
    this.#emit = emit;
  }

  add(message: string): void {
    this.#last = message;
    this.#untold++;
    if (!this.#timer) this.#flush();
  }

  /** Tells no more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#untold = 0;
  }

  #flush(): void {
    this.#timer = undefined;
    if (this.#untold === 0) return;
    this.#emit(this.#untold === 1 ? this.#last : `${this.#last} (and ${this.#untold - 1} more)`);
    this.#untold = 0;
    this.#timer = setTimeout(() => this.#flush(), this.#everyMs);
    this.#timer.unref();
  }
}
