import { monotonicFactory } from 'ulid';
import { type EventDraft, type SpotterEvent, toEvent } from './event.js';

/** Numbers events and stores them before they are published. */
export interface Ledger {
  /**
   * Numbers events, each one more than the last, and stores all of them or none.
   *
   * @returns the events to publish
   * @throws when they cannot be stored; the call may be retried
   */
  append(drafts: readonly EventDraft[]): SpotterEvent[];
}

/** Stores nothing and numbers from 1, for the scan of recordings. */
export class MemoryLedger implements Ledger {
  readonly #nextId = monotonicFactory();
  #lastSeq = 0;

  append(drafts: readonly EventDraft[]): SpotterEvent[] {
    const publishedMs = Date.now();
    return drafts.map((draft) =>
      toEvent(draft, { seq: ++this.#lastSeq, id: this.#nextId(publishedMs), publishedMs }),
    );
  }
}
