import { describeError } from '../../core/errors.js';
import type { CursorStore } from './port.js';
import type { SinkLog } from './sink.js';

/** A moving cursor is saved after this many events or this long, whichever comes first; saving costs an fsync. */
const SAVE_EVERY_EVENTS = 100;
const SAVE_EVERY_MS = 1000;

/** The position of one sink in the log: moves with every event, and is saved now and then. */
export class Cursor {
  readonly #sink: string;
  readonly #store: CursorStore;
  readonly #log: SinkLog;
  #seq = 0;
  #unsaved = 0;
  #savedAtMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #isFailing = false;

  constructor(sink: string, store: CursorStore, log: SinkLog) {
    this.#sink = sink;
    this.#store = store;
    this.#log = log;
  }

  /** Number of the last event that the sink is done with. */
  get seq(): number {
    return this.#seq;
  }

  /**
   * Restores the position of the sink; a new sink begins at the end of the log.
   *
   * @throws the store's error
   */
  begin(lastSeq: number): void {
    const saved = this.#store.load(this.#sink);
    this.#seq = saved ?? lastSeq;
    if (saved === null) this.moveTo(lastSeq);
  }

  /** Moves to an event and saves at once. */
  moveTo(seq: number): void {
    this.#seq = seq;
    this.#unsaved = 1;
    this.flush();
  }

  /** The sink is done with an event. */
  advance(seq: number): void {
    this.#seq = seq;
    this.#unsaved++;
    const dueInMs = this.#savedAtMs + SAVE_EVERY_MS - performance.now();
    if (this.#unsaved >= SAVE_EVERY_EVENTS || dueInMs <= 0) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), dueInMs);
  }

  /** Saves what is not saved yet. A failing store is logged once and retried with the next event. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#unsaved === 0) return;
    this.#savedAtMs = performance.now();
    try {
      this.#store.save(this.#sink, this.#seq);
      this.#unsaved = 0;
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing)
        this.#log.warn(`cannot save the cursor, events may be sent again: ${describeError(error)}`);
      this.#isFailing = true;
    }
  }
}
