import { setTimeout as wait } from 'node:timers/promises';
import { Backoff } from '../core/backoff.js';
import type { FencedEvent } from '../events/event.js';
import { sealEvent } from './eventMessage.js';
import { describeFault, refusalOf } from './natsFaults.js';
import type { OwnMessages } from './ownMessages.js';
import type { ClusterPart, Joined } from './part.js';
import { within } from './within.js';

/** The node's own event log, as the outbox reads it. */
export interface OutboxLog {
  /** Number of the last event. */
  readonly lastSeq: number;
  /** Events with a number above `seq`, in order. @throws when the log cannot be read now */
  after(seq: number, limit: number): readonly FencedEvent[];
  /** Number of the last event that is published; null: begin at the end, which is saved at once. @throws as {@link after} */
  load(): number | null;
  /** @throws as {@link after} */
  save(seq: number): void;
  /**
   * Whether what is stored from now on survives a loss of power at once, or a moment later. What was stored before is as safe after the next
   * {@link save}.
   */
  setDurable(isDurable: boolean): void;
  /** Calls the listener soon after events were stored, with those that need not be read again at once. @returns a function that ends that */
  onCommitted(listener: (stored: readonly FencedEvent[]) => void): () => void;
}

/** What {@link EventOutbox} publishes, and where it reports. */
export interface EventOutboxOptions {
  node: string;
  log: OutboxLog;
  /** Gets what is published. */
  sent: OwnMessages;
  /** Whether anything may be published at the moment; that it may is looked for, ten times per second. */
  mayPublish: () => boolean;
  /**
   * Events cannot be published, the reason as part of a sentence; called once until they are again. Not while nothing reaches NATS at all,
   * which {@link Membership} reports.
   */
  onFault: (message: string) => void;
  /** @param waiting events that were still to publish */
  onRecovered: (waiting: number) => void;
}

/** An event that is not acknowledged within this is published again, ms. */
const TIMEOUT_MS = 3000;
/** Events that are published before the first of them is acknowledged: none need wait for another. */
const MOST_AT_ONCE = 16;
const BACKOFF = { firstMs: 100, maxMs: 3000, healthyMs: 1 };
/** The cursor is saved this long after it has moved, ms: saving costs the disk more than publishing again what was published since. */
const SAVE_AFTER_MS = 500;
const LOOK_MS = 100;
/** After so many failures in a row while all else works, it is the events that have a fault. */
const EVENTS_ALONE = 3;
/** How long the last events may take at the end, ms. */
const DRAIN_MS = 1500;

/**
 * Publishes the events of the node's own log, in their order: a few at a time on one connection, whose order NATS keeps, each until it
 * is acknowledged. NATS drops one that it has had within the last hour, by its id; readers drop an older one. So nothing is lost while NATS
 * is away or this process is killed, and nothing is there twice. While events are acknowledged, the own log need not wait for its disk: nobody
 * sees an event before several servers have it.
 */
export class EventOutbox implements ClusterPart {
  readonly #options: EventOutboxOptions;
  readonly #backoff = new Backoff(BACKOFF);
  /** Number of the last event that is published; null before it is read. */
  #cursor: number | null = null;
  #isFailing = false;
  /** Attempts since the last one that succeeded, or since the last outage. */
  #failures = 0;
  /** Events that may be under way: one after a failure, until one is acknowledged. */
  #atOnce = MOST_AT_ONCE;
  #isLeaving = false;
  #isConnected = true;
  #abort = new AbortController();
  #wake = (_stored: readonly FencedEvent[] = []) => {};
  #onLink = () => {};
  #unsubscribe = () => {};
  #saving: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: EventOutboxOptions) {
    this.#options = options;
  }

  /** Number of events that are still to publish; some may have been removed. */
  get lag(): number {
    return this.#cursor === null ? 0 : Math.max(0, this.#options.log.lastSeq - this.#cursor);
  }

  async join(joined: Joined): Promise<void> {
    this.#isLeaving = false;
    this.#isConnected = true;
    this.#abort = new AbortController();
    this.#unsubscribe = this.#options.log.onCommitted((stored) => this.#wake(stored));
    void this.#followLink(joined);
    this.#running = this.#run(joined, this.#abort.signal);
  }

  async leave(): Promise<void> {
    this.#isLeaving = true;
    this.#wake();
    this.#onLink();
    await within(DRAIN_MS, this.#running).catch(() => {});
    this.#abort.abort();
    this.#wake();
    this.#unsubscribe();
    this.#secure();
  }

  async #run(joined: Joined, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#cursor ??= this.#saved();
        return await this.#publishFrom(this.#cursor, joined, signal);
      } catch (error) {
        this.#atOnce = 1;
        this.#secure();
        if (signal.aborted || (this.#isLeaving && !this.#isConnected)) return;
        this.#failed(error, joined);
        await this.#untilLink(this.#backoff.next(0));
      }
    }
  }

  /** Where an earlier run ended. A log that was replaced meanwhile begins after the last number that it had. */
  #saved(): number {
    const { log } = this.#options;
    const saved = log.load();
    // What comes before the first publication would be lost if this process were killed and began at the end again.
    if (saved === null) log.save(log.lastSeq);
    return Math.min(saved ?? log.lastSeq, log.lastSeq);
  }

  /** Publishes what comes after a number, until this node leaves and all of it is acknowledged. @throws when an event is not */
  async #publishFrom(seq: number, joined: Joined, signal: AbortSignal): Promise<void> {
    const { log, mayPublish } = this.#options;
    let [sentSeq, underWay] = [seq, 0];
    const faults: unknown[] = [];
    let before: Promise<void> = Promise.resolve();
    let fresh: readonly FencedEvent[] = [];
    while (!signal.aborted) {
      if (faults.length > 0) throw faults[0];
      const room = this.#atOnce - underWay;
      const isNext = fresh.length <= room && fresh[0]?.event.seq === sentSeq + 1;
      // Few at a time from the log, so that an event that was erased meanwhile is not published.
      const read = () => (log.lastSeq > sentSeq && room > 0 ? log.after(sentSeq, room) : []);
      const next = isNext ? fresh : read();
      fresh = [];
      if (next.length === 0) {
        if (this.#isLeaving && underWay === 0) return;
        fresh = await this.#untilWoken();
      } else if (!this.#isConnected) throw new Error('disconnected');
      else if (!mayPublish()) await this.#untilLink(LOOK_MS);
      else
        for (const entry of next) {
          const { seq } = entry.event;
          const [previous, stored] = [before, this.#publish(entry, joined)];
          before = (async () => {
            await previous;
            await stored;
            underWay -= 1;
            if (!signal.aborted) this.#acknowledged(seq);
          })();
          // Once one has failed, those after it are published again.
          stored.catch(() => {});
          before.catch((error: unknown) => {
            faults.push(error);
            this.#wake();
          });
          underWay += 1;
          sentSeq = seq;
        }
    }
  }

  #publish(entry: FencedEvent, { link, names, sealer }: Joined): Promise<unknown> {
    const { node, sent } = this.#options;
    const message = { node, ...entry };
    const sealed = sealEvent(sealer, message);
    sent.add(message, sealed);
    const options = { msgID: entry.event.id, timeout: TIMEOUT_MS };
    return within(TIMEOUT_MS, link.jetstream.publish(names.eventsOf(node), sealed, options));
  }

  #acknowledged(seq: number): void {
    // One of an attempt before may come late.
    this.#cursor = Math.max(seq, this.#cursor ?? 0);
    this.#atOnce = MOST_AT_ONCE;
    this.#saving ??= setTimeout(() => this.#save(), SAVE_AFTER_MS);
    this.#options.log.setDurable(false);
    this.#recovered();
    this.#wake();
  }

  /** @returns what was stored just now, if that is the reason */
  #untilWoken(): Promise<readonly FencedEvent[]> {
    return new Promise((resolve) => {
      this.#wake = (stored = []) => resolve(stored);
    });
  }

  /** Waits until the connection is back, or for a while. */
  async #untilLink(ms: number): Promise<void> {
    const end = new AbortController();
    this.#onLink = () => end.abort();
    await wait(ms, null, { signal: end.signal }).catch(() => {});
  }

  /** Nothing is published while there is no connection: the client would keep every attempt. */
  async #followLink({ link }: Joined): Promise<void> {
    for await (const { type } of link.connection.status()) {
      if (type === 'disconnect') {
        this.#isConnected = false;
        this.#secure();
      }
      if (type !== 'reconnect') continue;
      this.#isConnected = true;
      this.#onLink();
    }
  }

  #failed(error: unknown, { link, membership }: Joined): void {
    if (this.#isFailing) return;
    const isAway = !this.#isConnected || membership.isFailing;
    this.#failures = isAway ? 0 : this.#failures + 1;
    const refusal = refusalOf(error, link.connection.getServer());
    // Of an outage that has just begun or ended, one attempt each may be left.
    if (!refusal && this.#failures < EVENTS_ALONE) return;
    this.#isFailing = true;
    this.#options.onFault(refusal?.message ?? describeFault(error));
  }

  #recovered(): void {
    this.#failures = 0;
    if (!this.#isFailing) return;
    this.#isFailing = false;
    this.#backoff.next(Number.POSITIVE_INFINITY);
    this.#options.onRecovered(this.lag);
  }

  /** Events must survive a loss of power in this log, as long as they are nowhere else. */
  #secure(): void {
    this.#options.log.setDurable(true);
    this.#save();
  }

  #save(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    if (this.#cursor === null) return;
    try {
      this.#options.log.save(this.#cursor);
    } catch {
      // What follows is published again after the next start, and dropped by its ids.
    }
  }
}
