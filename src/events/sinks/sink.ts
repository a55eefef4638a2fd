import type { SpotterEvent } from '../event.js';

/** What became of one attempt to hand an event to the far end. */
export type Delivery =
  /** Taken, or none of this sink's business. */
  | { outcome: 'delivered' | 'skipped' }
  /** Will never be taken: a dead letter at once. */
  | { outcome: 'refused'; reason: string }
  | Failure;

/** What may go well another time. */
export interface Failure {
  outcome: 'failed';
  /** One sentence without secrets. */
  reason: string;
  /** The far end asks to be left alone for this long, ms. */
  retryAfterMs?: number;
}

/** A far end that is told of events one after another. {@link SinkDriver} drives it; it never retries by itself. */
export interface Sink {
  /** Unique; the cursor and the metrics are kept under it. */
  readonly name: string;
  /** An event that was not taken for this long becomes a dead letter, ms; null: never. */
  readonly giveUpMs: number | null;
  /** false while `open` has to be called before anything is delivered. */
  readonly isOpen: boolean;
  /**
   * Gets ready to deliver. Resolves with null, or with what is wrong; never rejects.
   *
   * @param onClosed called when what was opened is closed by the far end
   */
  open(signal: AbortSignal, onClosed: () => void): Promise<Failure | null>;
  /** Never rejects. Resolves soon after the signal is aborted. */
  deliver(event: SpotterEvent, signal: AbortSignal): Promise<Delivery>;
  /** Resolves within a second, whatever the far end does. Safe twice. */
  close(): Promise<void>;
}

/** What the driver of a sink tells whoever counts. */
export interface SinkObserver {
  onEvent(sink: string, outcome: 'delivered' | 'dead_letter' | 'skipped'): void;
  onRetry(sink: string): void;
}

/** Where a sink says how it is doing; texts without secrets. */
export interface SinkLog {
  info(text: string): void;
  warn(text: string): void;
}

/** Time as sinks see it, so that an hour need not be waited for. */
export interface Clock {
  /** Unix time, ms; somebody may set it. */
  nowMs(): number;
  /** On a clock that nobody sets, ms. */
  steadyMs(): number;
  /** Resolves after so many ms, or as soon as the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}
