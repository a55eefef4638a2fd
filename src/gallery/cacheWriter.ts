import { describeError } from '../core/errors.js';
import { Serial } from '../core/serial.js';
import type { EmbeddingCache } from './cache.js';

/** Changes that follow each other within this time are written together, ms. */
const DELAY_MS = 3000;

/** Writes a cache now or a little later. A failure is a warning: the next start takes longer, nothing else. */
export class CacheWriter {
  readonly #cache: EmbeddingCache;
  readonly #onWarning: (message: string) => void;
  /** Writes share a temporary file. */
  readonly #serial = new Serial();
  #timer: NodeJS.Timeout | undefined;

  /** @param onWarning receives one sentence per failed write */
  constructor(cache: EmbeddingCache, onWarning: (message: string) => void) {
    this.#cache = cache;
    this.#onWarning = onWarning;
  }

  /** Writes now; never rejects. */
  async write(): Promise<void> {
    await this.#serial
      .run(() => this.#cache.write())
      .catch((error: unknown) => {
        this.#onWarning(`cannot write the cache of photo embeddings: ${describeError(error)}`);
      });
  }

  /** Writes within three seconds, together with the changes that follow. */
  writeSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.write();
    }, DELAY_MS);
  }

  /** Writes now what is kept, also what {@link writeSoon} has put off. @throws Error of the file system */
  writeNow(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#serial.run(() => this.#cache.write());
  }

  /** Writes at once what {@link writeSoon} has put off. */
  async flush(): Promise<void> {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.write();
  }
}
