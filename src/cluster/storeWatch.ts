import type { Link } from './link.js';
import { codeOf } from './natsFaults.js';

/** Between two looks, ms, each at the next stream, so that one that is gone is noticed within seven of them. */
const LOOK_EVERY_MS = 1500;
/** Code of JetStream. */
const STREAM_NOT_FOUND = 10059;

/**
 * Notices when a stream of the cluster is deleted, or made anew: whoever reads it waits for ever then, and the client says nothing of it.
 */
export class StoreWatch {
  readonly #streams: readonly string[];
  readonly #onGone: (stream: string) => void;
  /** When each was made. */
  readonly #created = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #next = 0;

  /** @param onGone called once, with the name of the stream; nothing is looked at afterwards */
  constructor(streams: readonly string[], onGone: (stream: string) => void) {
    this.#streams = streams;
    this.#onGone = onGone;
  }

  /** Looks at all of them, and again from time to time. Resolves after the first look. @throws an error of the client */
  async start(manager: Link['manager']): Promise<void> {
    for (const stream of this.#streams)
      this.#created.set(stream, String((await manager.streams.info(stream)).created));
    this.#lookLater(manager);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #lookLater(manager: Link['manager']): void {
    this.#timer = setTimeout(() => void this.#look(manager), LOOK_EVERY_MS);
  }

  async #look(manager: Link['manager']): Promise<void> {
    const timer = this.#timer;
    const stream = this.#streams[this.#next % this.#streams.length];
    this.#next += 1;
    const isGone = await manager.streams.info(stream).then(
      ({ created }) => String(created) !== this.#created.get(stream),
      // NATS that is away has lost nothing yet.
      (error: unknown) => codeOf(error) === STREAM_NOT_FOUND,
    );
    if (this.#timer !== timer) return;
    if (isGone) this.#onGone(stream);
    else this.#lookLater(manager);
  }
}
