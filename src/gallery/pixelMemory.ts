/**
 * Shared memory for the pixels of photos, used again: a worker thread keeps what it was sent until it collects garbage, so
 * that each photo in memory of its own would add to those before.
 */
export class PixelMemory {
  #free: SharedArrayBuffer[] = [];

  /** Memory of at least `bytes`, whose content is undefined; give it back. */
  take(bytes: number): SharedArrayBuffer {
    const index = this.#free.findIndex(({ byteLength }) => byteLength >= bytes);
    if (index >= 0) return this.#free.splice(index, 1)[0];
    // One that is too small would never be used again while all photos are larger.
    this.#free.shift();
    return new SharedArrayBuffer(bytes);
  }

  give(memory: SharedArrayBuffer): void {
    this.#free.push(memory);
  }

  /** Frees what is not taken. */
  clear(): void {
    this.#free = [];
  }
}
