import type { SpotterEvent } from '../event.js';

/** What a sink needs of the event log. */
export interface EventSource {
  /** Made with the log; another one means that the log was begun anew. Numbers go on when that happens while running. */
  readonly epoch: string | null;
  /** Number of the last committed event; 0 before the first. */
  readonly lastSeq: number;
  /**
   * Committed events with a number above `seq`, in order.
   *
   * @param limit how many at most, from 1
   */
  after(seq: number, limit: number): SpotterEvent[];
  /** Calls the listener soon after events have been committed; it must not throw. @returns a function that ends it */
  onCommitted(listener: () => void): () => void;
}

/** How far each sink has come; outlives the process. */
export interface CursorStore {
  /** Number of the last event that the sink is done with; null for a sink that is new. */
  load(sink: string): number | null;
  save(sink: string, seq: number): void;
}

/** An event that a sink could not deliver and will not try again. */
export interface DeadLetter {
  sink: string;
  seq: number;
  /** One sentence. */
  reason: string;
  /** ISO 8601, UTC, ms. */
  at: string;
}

/** A dead letter as it is kept: numbered in the order in which they came, from 1. */
export interface ListedDeadLetter extends DeadLetter {
  number: number;
}

/** Where undelivered events are kept, for people to see, for as long as the event itself. */
export interface DeadLetterStore {
  add(letter: DeadLetter): void;
  /** The newest first, those with a number below `before`; null: from the newest on. */
  list(before: number | null, limit: number): ListedDeadLetter[];
}
