import type { SpotterEvent } from '../../types.js';

/** What a sink needs of the event log. */
export interface EventSource {
  /** Number of the last committed event; 0 before the first. */
  readonly lastSeq: number;
  /**
   * Committed events with a number above `seq`, in order.
   *
   * @param limit how many at most, from 1
   */
  after(seq: number, limit: number): SpotterEvent[];
  /** Calls the listener whenever events have been committed. @returns a function that ends it */
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

/** Where undelivered events are kept, for people to see. */
export interface DeadLetterStore {
  add(letter: DeadLetter): void;
}
