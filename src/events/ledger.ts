import { monotonicFactory } from 'ulid';
import type { EventDraft, SpotterEvent } from './event.js';
import { toEvent } from './event.js';

/** Where events get their number, and are kept before anybody is told. */
export interface Ledger {
  /**
   * Numbers events, each one more than the last, and keeps all of them or none.
   *
   * @returns them as they are told
   * @throws when they cannot be kept; they may be tried again
   */
  append(drafts: readonly EventDraft[]): SpotterEvent[];
}

/** Keeps nothing: the numbers begin at 1 each time. For recordings that are scanned. */
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
