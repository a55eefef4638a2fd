/** Limits how many bytes are on their way at a time. Who wants to send more waits, in order. */
export class BytesInFlight {
  readonly #most: number;
  readonly #waiting: { bytes: number; begin: () => void }[] = [];
  #free: number;

  constructor(most: number) {
    this.#most = most;
    this.#free = most;
  }

  /** @param bytes that are on their way while the work is done; more than all count as all @throws what the work throws */
  async run<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const share = Math.min(bytes, this.#most);
    if (this.#waiting.length > 0 || share > this.#free)
      await new Promise<void>((begin) => this.#waiting.push({ bytes: share, begin }));
    else this.#free -= share;
    try {
      return await work();
    } finally {
      this.#free += share;
      this.#beginNext();
    }
  }

  #beginNext(): void {
    for (let [next] = this.#waiting; next && next.bytes <= this.#free; [next] = this.#waiting) {
      this.#free -= next.bytes;
      this.#waiting.shift();
      next.begin();
    }
  }
}
