/**
 * The frame buffers of one camera, kept from one connection to the next. Shared memory is given back to the system only
 * once every thread that has seen it has collected its garbage: a camera that comes and goes would pile it up.
 */
export class FrameMemory {
  #buffers: Uint8Array[] = [];

  /**
   * Buffers of one size. The same ones as last time when count and size are the same, so whoever had them must have ended.
   *
   * @param count how many
   * @param bytes size of each
   */
  take(count: number, bytes: number): readonly Uint8Array[] {
    if (this.#buffers.length !== count || this.#buffers[0]?.length !== bytes)
      this.#buffers = Array.from({ length: count }, () => new Uint8Array(new SharedArrayBuffer(bytes)));
    return this.#buffers;
  }
}

/** A fixed number of frame buffers in shared memory: what bounds the memory and the work in flight of one source. */
export class SlotPool {
  readonly #free: Uint8Array[];
  readonly #waiting: ((slot: Uint8Array) => void)[] = [];

  /** @param buffers one a frame that may be in memory at a time */
  constructor(buffers: readonly Uint8Array[]) {
    this.#free = [...buffers];
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
