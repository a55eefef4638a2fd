import type { SpotterEvent } from '../event.js';

/** The outcome of one attempt to deliver an event. */
export type Delivery =
  /** Accepted, or not for this sink. */
  | { outcome: 'delivered' | 'skipped' }
  /** Will never be accepted: a dead letter at once. */
  | { outcome: 'refused'; reason: string }
  | Failure;

/** A failure worth a retry. */
export interface Failure {
  outcome: 'failed';
  /** One sentence without secrets. */
  reason: string;
  /** The far end has answered that it does not accept the event; default false. */
  isRejection?: boolean;
  /** The far end asks for this pause, ms. */
  retryAfterMs?: number;
}

/** A far end that gets events one at a time. {@link SinkDriver} drives it and retries. */
export interface Sink {
  /** Unique; the key of its cursor and metrics. */
  readonly name: string;
  /** An event that was not accepted for this long becomes a dead letter, ms; null: never. */
  readonly giveUpMs: number | null;
  /** false: call `open` before `deliver`. */
  readonly isOpen: boolean;
  /**
   * Prepares for delivery. Resolves with null, or with what failed; never rejects.
   *
   * @param onClosed called when the far end closes what was opened
   */
  open(signal: AbortSignal, onClosed: () => void): Promise<Failure | null>;
  /** Never rejects. Resolves soon after the signal is aborted. */
  deliver(event: SpotterEvent, signal: AbortSignal): Promise<Delivery>;
  /** Resolves within a second, whatever the far end does. Safe twice. @param isHandover another node goes on from here; default false */
  close(isHandover?: boolean): Promise<void>;
}

/** Counts what the driver of a sink does. */
export interface SinkObserver {
  /** A sink is configured. */
  onAdded?(sink: string): void;
  onEvent(sink: string, outcome: 'delivered' | 'dead_letter' | 'skipped'): void;
  onRetry(sink: string): void;
}

/** The log of a sink; texts have no secrets. */
export interface SinkLog {
  info(text: string): void;
  warn(text: string): void;
}

/** Time as sinks see it; tests replace it. */
export interface Clock {
  /** Unix time, ms; may jump. */
  nowMs(): number;
  /** Of a clock that never jumps, ms. */
  steadyMs(): number;
  /** Resolves after `ms`, or when the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}
