import { Writable } from 'node:stream';
import type { SlotPool } from './slots.js';

/**
 * Cuts a stream of bytes into frames. Applies back-pressure: accepts no bytes while no slot is free. An incomplete frame
 * at the end is dropped.
 */
export class FrameAssembler extends Writable {
  /** Resolves when all bytes written have been consumed, after the end of the stream. */
  readonly emptied: Promise<void>;
  readonly #slots: SlotPool;
  readonly #onFrame: (slot: Uint8Array) => void;
  #slot: Uint8Array | null = null;
  #filled = 0;

  /**
   * @param slots buffers of exactly one frame each
   * @param onFrame takes ownership of the slot and releases it
   */
  constructor(slots: SlotPool, onFrame: (slot: Uint8Array) => void) {
    // fluent-ffmpeg treats a "close" of the stream before the end of the process as a failure.
    super({ autoDestroy: false, emitClose: false });
    this.#slots = slots;
    this.#onFrame = onFrame;
    this.emptied = new Promise((resolve) => this.once('finish', resolve));
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#take(chunk, 0, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#slot) this.#slots.release(this.#slot);
    this.#slot = null;
    done();
  }

  #take(chunk: Buffer, from: number, done: () => void): void {
    let offset = from;
    while (offset < chunk.length) {
      this.#slot ??= this.#slots.tryAcquire();
      if (!this.#slot) {
        this.#slots.acquire().then((slot) => {
          this.#slot = slot;
          this.#take(chunk, offset, done);
        });
        return;
      }
      const slot = this.#slot;
      const length = Math.min(slot.length - this.#filled, chunk.length - offset);
      slot.set(chunk.subarray(offset, offset + length), this.#filled);
      offset += length;
      this.#filled += length;
      if (this.#filled === slot.length) {
        this.#slot = null;
        this.#filled = 0;
        this.#onFrame(slot);
      }
    }
    done();
  }
}
