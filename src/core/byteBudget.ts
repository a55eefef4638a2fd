/** Bytes that tasks share, of memory or on their way over a link: a task waits, in order, until what it needs is free. */
export class ByteBudget {
  readonly #totalBytes: number;
  readonly #waiting: { bytes: number; start: () => void }[] = [];
  #freeBytes: number;

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
    this.#freeBytes = totalBytes;
  }

  /** Whether nothing works with it or waits. */
  get isIdle(): boolean {
    return this.#freeBytes === this.#totalBytes && this.#waiting.length === 0;
  }

  /**
   * Works with so many bytes. What needs more than there are gets all of them, alone. Rejects as the work does.
   *
   * @param work may call `keep` when it has freed all but some of its bytes
   */
  async use<T>(bytes: number, work: (keep: (bytes: number) => void) => Promise<T>): Promise<T> {
    let share = Math.min(bytes, this.#totalBytes);
    await new Promise<void>((start) => {
      this.#waiting.push({ bytes: share, start });
      this.#admit();
    });
    const keep = (kept: number) => {
      const freed = Math.max(0, share - kept);
      share -= freed;
      this.#freeBytes += freed;
      this.#admit();
    };
    try {
      return await work(keep);
    } finally {
      keep(0);
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
