/** A fixed number of frame buffers in shared memory: what bounds the memory and the work in flight of one source. */
export class SlotPool {
  readonly #free: Uint8Array[];
  readonly #waiting: ((slot: Uint8Array) => void)[] = [];

  /**
   * @param count how many frames may be in memory at a time
   * @param bytes size of one frame
   */
  constructor(count: number, bytes: number) {
    this.#free = Array.from({ length: count }, () => new Uint8Array(new SharedArrayBuffer(bytes)));
  }

  /** A free buffer at once, or null. */
  tryAcquire(): Uint8Array | null {
    return this.#free.pop() ?? null;
  }

  /** A buffer as soon as one is free, first come first served. */
  acquire(): Promise<Uint8Array> {
    const slot = this.tryAcquire();
    return slot ? Promise.resolve(slot) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  release(slot: Uint8Array): void {
    const next = this.#waiting.shift();
    if (next) next(slot);
    else this.#free.push(slot);
  }
}
