import type { EventKind } from '../events/event.js';

/** A stored event: enough to choose by, and its JSON. */
export interface StoredEvent {
  seq: number;
  kind: EventKind;
  camera: string;
  person: string | null;
  text: string;
}

/** Who is told what was before. */
export interface Listener {
  /** Number of the last event that it was told, or that it did not want. */
  cursor: number;
  /** Bytes that it has not read yet. */
  readonly unreadBytes: number;
  readonly isOpen: boolean;
  /** Tells it an event if it wants it; `sent` is called when the system has taken it. */
  send: (event: StoredEvent, sent: () => void) => void;
  /** The log cannot be read. */
  fail: () => void;
}

export interface ReplayOptions {
  /** Events with a number above `seq`, in order; none at the end. */
  page: (seq: number, limit: number) => StoredEvent[];
  /** The listener has everything, and is told what comes from now on. */
  onCaughtUp: (listener: Listener) => void;
}

/** Events read at once: about a millisecond of work, so that what is new hardly waits. */
const PAGE = 64;
/** A listener that has more than this unread gets the next page when it has read some. */
const HIGH_BYTES = 256 << 10;

/** Reads the log to those who come back, a page in turn, so that a crowd of them does not hold up what is new. */
export class Replay {
  readonly #options: ReplayOptions;
  readonly #waiting: Listener[] = [];
  #scheduled: NodeJS.Immediate | undefined;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  /** Begins with a listener, or goes on. */
  add(listener: Listener): void {
    this.#waiting.push(listener);
    this.#scheduled ??= setImmediate(() => this.#serve());
  }

  stop(): void {
    clearImmediate(this.#scheduled);
    this.#waiting.length = 0;
  }

  #serve(): void {
    this.#scheduled = undefined;
    const listener = this.#waiting.shift();
    if (listener?.isOpen) this.#replayTo(listener);
    if (this.#waiting.length > 0) this.#scheduled ??= setImmediate(() => this.#serve());
  }

  #replayTo(listener: Listener): void {
    let events: StoredEvent[];
    try {
      events = this.#options.page(listener.cursor, PAGE);
    } catch {
      listener.fail();
      return;
    }
    if (events.length === 0) {
      this.#options.onCaughtUp(listener);
      return;
    }
    for (const event of events) {
      listener.cursor = event.seq;
      if (listener.unreadBytes < HIGH_BYTES) listener.send(event, () => {});
      else {
        listener.send(event, () => this.add(listener));
        return;
      }
    }
    this.add(listener);
  }
}
