import type { SpotterEvent } from '../event.js';

/** The part of the event log that sinks read. */
export interface EventSource {
  /** Random id of the log; another one means a new log. Numbers continue when that happens at run time. */
  readonly epoch: string | null;
  /** Number of the last committed event; 0 before the first. */
  readonly lastSeq: number;
  /**
   * Committed events with a number above `seq`, in order.
   *
   * @param limit from 1
   */
  after(seq: number, limit: number): SpotterEvent[];
  /** Calls the listener soon after a commit; it must not throw. @returns a function that unsubscribes */
  onCommitted(listener: () => void): () => void;
}

/** The position of each sink in the log; survives restarts. */
export interface CursorStore {
  /**
   * The positions are shared with other nodes, which go on from there: one is saved after every event, before the next is delivered.
   * Default false.
   */
  readonly isShared?: boolean;
  /** Number of the last event that the sink is done with; null for a new sink. */
  load(sink: string): number | null | Promise<number | null>;
  /** Stores that number. @throws CursorTaken when another node has gone on from there */
  save(sink: string, seq: number): void | Promise<void>;
}

/** Another node delivers the events of a sink now. */
export class CursorTaken extends Error {}

/** An event that a sink could not deliver and will not retry. */
export interface DeadLetter {
  sink: string;
  seq: number;
  /** One sentence. */
  reason: string;
  /** ISO 8601, UTC, ms. */
  at: string;
}

/** A stored dead letter, numbered from 1 in the order of arrival. */
export interface ListedDeadLetter extends DeadLetter {
  number: number;
}

/** Dead letters, to look at, send again and drop. */
export interface DeadLetterArchive {
  /** Newest first, numbers below `before`; null: from the newest. */
  list(before: number | null, limit: number): ListedDeadLetter[];
  /** null when there is none with that number. */
  letter(number: number): ListedDeadLetter | null;
  /** @returns whether there was one */
  dropLetter(number: number): boolean;
}

/** Undelivered events, stored for people to look at for as long as the event itself. */
export interface DeadLetterStore {
  add(letter: DeadLetter): void | Promise<void>;
}
