import { jsonLine } from '../core/visible.js';
import type { SpotterEvent } from '../events/event.js';
import { LineWriter } from '../observe/lineWriter.js';
import { eventLine } from './print.js';

/** How events are written to stdout: readable lines, JSON lines or not at all. */
export type EventForm = 'pretty' | 'json' | 'off';

/** Most unread output; a reader that stalls must not exhaust the daemon's memory. */
const MAX_UNREAD_BYTES = 8 << 20;

/** Writes the daemon's events to stdout, one line per event. Whatever happens to stdout, the daemon continues. */
export class EventOutput {
  readonly #form: EventForm;
  readonly #lines: LineWriter;

  /** @param warn called with a sentence when events begin to be lost, when they are written again, and when the reader has gone */
  constructor(form: EventForm, warn: (message: string) => void) {
    this.#form = form;
    this.#lines = new LineWriter(process.stdout, MAX_UNREAD_BYTES, {
      onLost: (reason) =>
        warn(`cannot write to stdout (${reason}); dropping events there, the WebSocket still gets them`),
      onResumed: (lost) => warn(`stdout can be written again; ${lost} events were not written there`),
      onGone: () =>
        warn('the reader of stdout has gone; no more events are written there, the daemon continues'),
    });
  }

  /** Writes an event, or drops it while more than 8 MiB are unread. */
  write(event: SpotterEvent): void {
    if (this.#form === 'off') return;
    this.#lines.write(`${this.#form === 'pretty' ? eventLine(event) : jsonLine(event)}\n`);
  }

  /** Waits up to a second for the reader. @returns false when it has not read everything */
  stop(): Promise<boolean> {
    return this.#lines.stop();
  }
}
