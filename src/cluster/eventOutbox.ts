import { setTimeout as wait } from 'node:timers/promises';
import { Backoff } from '../core/backoff.js';
import type { Fence, SpotterEvent } from '../events/event.js';
import { sealEvent } from './eventMessage.js';
import { describeFault, refusalOf } from './natsFaults.js';
import type { ClusterPart, Joined } from './part.js';
import { within } from './within.js';

/** The node's own event log, as the outbox reads it. */
export interface OutboxLog {
  /** Number of the last event. */
  readonly lastSeq: number;
  /** Events with a number above `seq`, in order. @throws when the log cannot be read now */
  after(seq: number, limit: number): { event: SpotterEvent; fence: Fence | null }[];
  /** Number of the last event that is published; null: begin at the end, which is saved at once. @throws as {@link after} */
  load(): number | null;
  /** @throws as {@link after} */
  save(seq: number): void;
  /** Calls the listener soon after events were stored. @returns a function that ends that */
  onCommitted(listener: () => void): () => void;
}

/** What {@link EventOutbox} publishes, and where it reports. */
export interface EventOutboxOptions {
  node: string;
  log: OutboxLog;
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
/** Events that are published before the first of them is acknowledged: those of one frame need not wait for each other. */
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
 * is away or this process is killed, and nothing is there twice.
 */
export class EventOutbox implements ClusterPart {
  readonly #options: EventOutboxOptions;
  readonly #backoff = new Backoff(BACKOFF);
  /** Number of the last event that is published; null before it is read. */
  #cursor: number | null = null;
  #isFailing = false;
  /** Attempts since the last one that succeeded, or since the last outage. */
  #failures = 0;
  #isLeaving = false;
  #isConnected = true;
  #abort = new AbortController();
  #onCommitted = () => {};
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
    this.#unsubscribe = this.#options.log.onCommitted(() => this.#onCommitted());
    void this.#followLink(joined);
    this.#running = this.#run(joined, this.#abort.signal);
  }

  async leave(): Promise<void> {
    this.#isLeaving = true;
    this.#onCommitted();
    this.#onLink();
    await within(DRAIN_MS, this.#running).catch(() => {});
    this.#abort.abort();
    this.#onCommitted();
    this.#unsubscribe();
    this.#save();
  }

  async #run(joined: Joined, signal: AbortSignal): Promise<void> {
    let atOnce = MOST_AT_ONCE;
    while (!signal.aborted) {
      try {
        this.#cursor ??= this.#saved();
        // Few at a time from the log, so that an event that was erased meanwhile is not published.
        const next = this.#options.log.after(this.#cursor, atOnce);
        if (next.length === 0 && this.#isLeaving) return;
        if (next.length === 0) await this.#untilCommitted();
        else if (!this.#isConnected) throw new Error('disconnected');
        else if (this.#options.mayPublish()) await this.#publish(joined, next, signal);
        else await this.#untilLink(LOOK_MS);
        atOnce = MOST_AT_ONCE;
      } catch (error) {
        atOnce = 1;
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

  async #publish(
    { link, names, sealer }: Joined,
    events: ReturnType<OutboxLog['after']>,
    signal: AbortSignal,
  ): Promise<void> {
    const { node } = this.#options;
    const sent = events.map(({ event, fence }) => {
      const sealed = sealEvent(sealer, { node, event, fence });
      const options = { msgID: event.id, timeout: TIMEOUT_MS };
      const stored = within(TIMEOUT_MS, link.jetstream.publish(names.eventsOf(node), sealed, options));
      // Once one has failed, nobody waits for those after it: they are published again.
      stored.catch(() => {});
      return { seq: event.seq, stored };
    });
    for (const { seq, stored } of sent) {
      await stored;
      if (signal.aborted) return;
      this.#cursor = seq;
      this.#saving ??= setTimeout(() => this.#save(), SAVE_AFTER_MS);
      this.#recovered();
    }
  }

  #untilCommitted(): Promise<void> {
    return new Promise((resolve) => {
      this.#onCommitted = resolve;
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
      if (type === 'disconnect') this.#isConnected = false;
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
