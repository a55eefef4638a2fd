import { describeError } from '../../core/errors.js';
import { type CursorStore, CursorTaken } from './port.js';
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
  #saving: Promise<void> = Promise.resolve();
  #isTaken = false;

  constructor(sink: string, store: CursorStore, log: SinkLog) {
    this.#sink = sink;
    this.#store = store;
    this.#log = log;
  }

  /** Number of the last event that the sink is done with. */
  get seq(): number {
    return this.#seq;
  }

  /** Whether another node has gone on from here. */
  get isTaken(): boolean {
    return this.#isTaken;
  }

  /** Whether everything is saved. */
  get isSaved(): boolean {
    return this.#unsaved === 0;
  }

  /**
   * Restores the position of the sink; a new sink begins at the end of the log.
   *
   * @returns a promise only where the store needs one, so that the position of a log of this process is there at once
   * @throws the store's error
   */
  begin(lastSeq: number): Promise<void> | undefined {
    const saved = this.#store.load(this.#sink);
    if (saved instanceof Promise) return saved.then((seq) => this.#beginAt(seq, lastSeq));
    void this.#beginAt(saved, lastSeq);
    return undefined;
  }

  async #beginAt(saved: number | null, lastSeq: number): Promise<void> {
    this.#seq = saved ?? lastSeq;
    if (saved === null) await this.moveTo(lastSeq);
  }

  /** Moves to an event and saves at once. */
  async moveTo(seq: number): Promise<void> {
    this.#seq = seq;
    this.#unsaved = 1;
    await this.flush();
  }

  /** The sink is done with an event. */
  advance(seq: number): void {
    this.#seq = seq;
    this.#unsaved++;
    const dueInMs = this.#savedAtMs + SAVE_EVERY_MS - performance.now();
    if (this.#unsaved >= SAVE_EVERY_EVENTS || dueInMs <= 0) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), dueInMs);
  }

  /**
   * Saves what is not saved yet. Never rejects: a failing store is logged once and retried with the next event.
   */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#unsaved === 0) return;
    this.#savedAtMs = performance.now();
    // What a log stores in this turn needs no queue.
    this.#saving = this.#store.isShared ? this.#saving.then(() => this.#save()) : this.#save();
    await this.#saving;
  }

  async #save(): Promise<void> {
    const count = this.#unsaved;
    if (count === 0 || this.#isTaken) return;
    try {
      const saved = this.#store.save(this.#sink, this.#seq);
      if (saved) await saved;
      this.#unsaved -= count;
      this.#isFailing = false;
    } catch (error) {
      this.#isTaken = error instanceof CursorTaken;
      if (!this.#isFailing && !this.#isTaken)
        this.#log.warn(`cannot save the cursor, events may be sent again: ${describeError(error)}`);
      this.#isFailing = true;
    }
  }
}
