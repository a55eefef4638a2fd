import { jsonLine } from '../core/visible.js';
import type { SpotterEvent } from '../events/event.js';
import { eventLine } from './print.js';

/** How events are written to stdout: readable lines, JSON lines or not at all. */
export type EventForm = 'pretty' | 'json' | 'off';

/** Most unread output; a reader that stalls must not exhaust the daemon's memory. */
const MAX_UNREAD_BYTES = 8 << 20;
/** Longest wait for a slow reader at the end. */
const DRAIN_MS = 1000;

/** Writes the daemon's events to stdout, one line per event. Drops events while the reader is too far behind. */
export class EventOutput {
  readonly #form: EventForm;
  readonly #onLost: () => void;
  #isLosing = false;

  /** @param onLost called when dropping begins */
  constructor(form: EventForm, onLost: () => void) {
    this.#form = form;
    this.#onLost = onLost;
  }

  /** Writes an event, or drops it while more than 8 MiB are unread. */
  write(event: SpotterEvent): void {
    if (this.#form === 'off') return;
    const isFull = process.stdout.writableLength > MAX_UNREAD_BYTES;
    if (isFull && !this.#isLosing) this.#onLost();
    this.#isLosing = isFull;
    if (!isFull) process.stdout.write(`${this.#form === 'pretty' ? eventLine(event) : jsonLine(event)}\n`);
  }

  /** Waits up to a second for the reader, then closes stdout: an unread pipe would keep the process alive. */
  async stop(): Promise<void> {
    if (process.stdout.writableLength === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        process.stdout.destroy();
        resolve();
      }, DRAIN_MS);
    });
    await Promise.race([new Promise<void>((resolve) => process.stdout.write('', () => resolve())), late]);
    clearTimeout(timer);
  }
}
