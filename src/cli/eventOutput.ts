import { jsonLine } from '../core/visible.js';
import type { SpotterEvent } from '../events/event.js';
import { LineOutput } from '../observe/lineOutput.js';
import type { Logger } from '../observe/logger.js';
import { eventLine } from './print.js';

/** How events are written to stdout: readable lines, JSON lines or not at all. */
export type EventForm = 'pretty' | 'json' | 'off';

/** Most bytes of events kept while stdout takes none; a reader that stalls must not exhaust the daemon's memory. */
const MAX_KEPT_BYTES = 8 << 20;
/** Longest wait for a slow reader at the end, ms. */
const DRAIN_MS = 1000;

/** Writes the daemon's events to stdout, one line per event. Goes on without stdout when nobody reads it or it fails. */
export class EventOutput {
  readonly #form: EventForm;
  readonly #output = new LineOutput(1, MAX_KEPT_BYTES);

  /** @param logger gets one line when stdout fails, and one when it works again */
  constructor(form: EventForm, logger: Logger) {
    this.#form = form;
    this.#output.watch({
      onFault: (reason) =>
        logger.warn(
          `going on without stdout: ${reason}; the event log, the WebSocket and the sinks still get every event`,
        ),
      onRecovered: (lost) =>
        logger.warn({ lost }, `stdout takes events again; ${lost} line(s) were lost there`),
    });
  }

  /** Number of events lost so far. */
  get lost(): number {
    return this.#output.lost;
  }

  /** Writes an event, keeps it while stdout takes none, or drops it when 8 MiB are kept. */
  write(event: SpotterEvent): void {
    if (this.#form === 'off') return;
    this.#output.write(`${this.#form === 'pretty' ? eventLine(event) : jsonLine(event)}\n`);
  }

  /** Waits up to a second for the reader. */
  stop(): Promise<void> {
    return this.#output.end(DRAIN_MS);
  }
}
