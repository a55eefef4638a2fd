/** Memory that tasks share: a task waits, in order, until what it needs is free. */
export class MemoryBudget {
  readonly #totalBytes: number;
  readonly #waiting: { bytes: number; start: () => void }[] = [];
  #freeBytes: number;

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
    this.#freeBytes = totalBytes;
  }

  /** Works with so much memory. What needs more than there is gets all of it, alone. Rejects as the work does. */
  async use<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const share = Math.min(bytes, this.#totalBytes);
    await new Promise<void>((start) => {
      this.#waiting.push({ bytes: share, start });
      this.#admit();
    });
    try {
      return await work();
    } finally {
      this.#freeBytes += share;
      this.#admit();
    }
  }

  #admit(): void {
    for (let [next] = this.#waiting; next && next.bytes <= this.#freeBytes; [next] = this.#waiting) {
      this.#waiting.shift();
      this.#freeBytes -= next.bytes;
      next.start();
    }
  }
}
