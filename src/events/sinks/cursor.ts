import { describeError } from '../../core/errors.js';
import type { CursorStore } from './port.js';
import type { SinkLog } from './sink.js';

/** A cursor is saved at least this often while it moves; saving costs an fsync. */
const SAVE_EVERY_EVENTS = 100;
const SAVE_EVERY_MS = 1000;

/** How far one sink has come: moves with every event, and is saved now and then. */
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
   * Takes up where the sink was; a new one begins at the end of the log.
   *
   * @throws the store's error
   */
  begin(lastSeq: number): void {
    const saved = this.#store.load(this.#sink);
    this.#seq = saved ?? lastSeq;
    if (saved === null) this.moveTo(lastSeq);
  }

  /** Goes to an event and saves at once. */
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

  /** Saves what is not saved yet. A store that fails is said once and tried again with the next event. */
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
        this.#log.warn(`how far it has come cannot be saved, events may come twice: ${describeError(error)}`);
      this.#isFailing = true;
    }
  }
}
