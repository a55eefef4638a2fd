import type { EventKind } from '../events/event.js';

/** A stored event: the fields that a subscription filters by, and its JSON. */
export interface StoredEvent {
  seq: number;
  kind: EventKind;
  camera: string;
  person: string | null;
  /** The event as JSON. */
  text: string;
}

/** A subscriber that receives stored events. */
export interface ReplaySubscriber {
  /** Number of the last event that was sent to it or filtered out. */
  cursor: number;
  /** Bytes sent that it has not read yet. */
  readonly unreadBytes: number;
  readonly isOpen: boolean;
  /** Sends it an event if its subscription includes it; calls `sent` when the operating system has taken the bytes. */
  send: (event: StoredEvent, sent: () => void) => void;
  /** Called when its next events were removed from the log before they could be sent; those from `firstSeq` on follow. */
  overtaken: (firstSeq: number) => void;
  /** Called when the log cannot be read: the replay of this subscriber ends. */
  fail: () => void;
}

/** What {@link Replay} needs. */
export interface ReplayOptions {
  /** Events with a number above `seq`, in order; empty at the end of the log. Throws when the log cannot be read. */
  page: (seq: number, limit: number) => StoredEvent[];
  /** `seq` of the oldest stored event. */
  firstSeq: () => number;
  /** Called when a subscriber has every stored event and can go live. */
  onCaughtUp: (subscriber: ReplaySubscriber) => void;
}

/** Events per read: about a millisecond of work, so that new events hardly wait. */
const PAGE = 64;
/** Back-pressure: a subscriber with more unread bytes than this gets its next page after it has read some. */
const HIGH_BYTES = 256 << 10;

/** Replays the log to subscribers that resume, one page each in turn, so that many of them do not delay new events. */
export class Replay {
  readonly #options: ReplayOptions;
  readonly #waiting: ReplaySubscriber[] = [];
  #scheduled: NodeJS.Immediate | undefined;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  /** Queues the next page for a subscriber. */
  add(subscriber: ReplaySubscriber): void {
    this.#waiting.push(subscriber);
    this.#scheduled ??= setImmediate(() => this.#serve());
  }

  /** Drops every subscriber from the queue; closes none. */
  stop(): void {
    clearImmediate(this.#scheduled);
    this.#waiting.length = 0;
  }

  #serve(): void {
    this.#scheduled = undefined;
    const subscriber = this.#waiting.shift();
    if (subscriber?.isOpen) this.#replayTo(subscriber);
    if (this.#waiting.length > 0) this.#scheduled ??= setImmediate(() => this.#serve());
  }

  #replayTo(subscriber: ReplaySubscriber): void {
    let events: StoredEvent[];
    try {
      events = this.#options.page(subscriber.cursor, PAGE);
    } catch {
      subscriber.fail();
      return;
    }
    // Numbers may be missing in the middle of the log, where a person was erased.
    const next = subscriber.cursor + 1;
    const firstSeq = events[0]?.seq === next ? next : this.#options.firstSeq();
    if (next < firstSeq) {
      subscriber.overtaken(firstSeq);
      subscriber.cursor = firstSeq - 1;
    }
    if (events.length === 0) {
      this.#options.onCaughtUp(subscriber);
      return;
    }
    for (const event of events) {
      subscriber.cursor = event.seq;
      if (subscriber.unreadBytes < HIGH_BYTES) subscriber.send(event, () => {});
      else {
        subscriber.send(event, () => this.add(subscriber));
        return;
      }
    }
    this.add(subscriber);
  }
}
