import type { SpotterEvent } from '../events/event.js';
import { eventLine } from './print.js';

/** How events are written on stdout. */
export type EventForm = 'pretty' | 'json' | 'off';

/** What a reader of stdout may be behind; a daemon must not fill the memory for one that does not read. */
const MAX_UNREAD_BYTES = 8 << 20;
const DRAIN_MS = 1000;

/** A daemon's events on stdout, a line each. Those that nobody reads are left out rather than piled up. */
export class EventOutput {
  readonly #form: EventForm;
  readonly #onLost: () => void;
  #isLosing = false;

  /** @param onLost told when events begin to be left out */
  constructor(form: EventForm, onLost: () => void) {
    this.#form = form;
    this.#onLost = onLost;
  }

  write(event: SpotterEvent): void {
    if (this.#form === 'off') return;
    const isFull = process.stdout.writableLength > MAX_UNREAD_BYTES;
    if (isFull && !this.#isLosing) this.#onLost();
    this.#isLosing = isFull;
    if (!isFull)
      process.stdout.write(`${this.#form === 'pretty' ? eventLine(event) : JSON.stringify(event)}\n`);
  }

  /** Gives a slow reader a moment for the rest, then lets go: an unread pipe would keep the process alive. */
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
