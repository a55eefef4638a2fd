/**
 * The frame buffers of one camera, reused from one connection to the next. Shared memory is returned to the system only
 * after every thread that has seen it has collected its garbage, so a camera that reconnects often would pile it up.
 */
export class FrameMemory {
  #buffers: Uint8Array[] = [];

  /**
   * Buffers of one size in shared memory. Returns the same buffers as last time when count and size are the same, so
   * their previous user must have ended.
   *
   * @param count number of buffers
   * @param bytes size of each buffer
   */
  take(count: number, bytes: number): readonly Uint8Array[] {
    if (this.#buffers.length !== count || this.#buffers[0]?.length !== bytes)
      this.#buffers = Array.from({ length: count }, () => new Uint8Array(new SharedArrayBuffer(bytes)));
    return this.#buffers;
  }
}

/** A fixed number of frame buffers: bounds the memory and the work in flight of one source. */
export class SlotPool {
  readonly #free: Uint8Array[];
  readonly #waiting: ((slot: Uint8Array) => void)[] = [];

  /** @param buffers one per frame that may be in memory at a time */
  constructor(buffers: readonly Uint8Array[]) {
    this.#free = [...buffers];
  }

  /** A free buffer, or null when there is none. */
  tryAcquire(): Uint8Array | null {
    return this.#free.pop() ?? null;
  }

  /** Resolves to a buffer as soon as one is free, first come, first served. */
  acquire(): Promise<Uint8Array> {
    const slot = this.tryAcquire();
    return slot ? Promise.resolve(slot) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Returns a buffer, to the longest waiting caller of {@link acquire} or to the pool. */
  release(slot: Uint8Array): void {
    const next = this.#waiting.shift();
    if (next) next(slot);
    else this.#free.push(slot);
  }
}
