import { Backoff } from '../core/backoff.js';
import { monotonicMs } from '../core/clock.js';
import { describeError } from '../core/errors.js';
import type { EventDraft, Gap, SpotterEvent } from './event.js';
import { type Ledger, MemoryLedger } from './ledger.js';

/** Takes each event once the ledger has it; must not throw. */
export type EventListener = (event: SpotterEvent) => void;

/** Events of one camera that were lost; Unix times of the first and the last. */
export interface Loss {
  camera: string;
  fromMs: number;
  toMs: number;
}

/** Limits and callbacks of {@link EventFeed}. */
export interface FeedOptions {
  /** How many events may be queued while the ledger fails; with more, the oldest are lost. */
  maxWaiting: number;
  /** Between retries of a ledger that fails. */
  backoff: { firstMs: number; maxMs: number };
  /** The event that reports a loss once the ledger works again. */
  toGap: (loss: Loss, cause: Gap['cause']) => EventDraft;
  /** The ledger has begun to fail; called once until it recovers. */
  onFault: (reason: string) => void;
  /** @param queued events that waited */
  onRecovered: (queued: number) => void;
  /** One event is lost. */
  onLost: () => void;
  /** One event has been delivered to every listener. */
  onPublished: (delay: PublishDelay) => void;
}

interface Waiting {
  draft: EventDraft;
  /** Monotonic time at which its frame came; null without one. */
  sinceMs: number | null;
  /** Monotonic time at which it was handed to the feed. */
  atMs: number;
}

/** How long an event took to be published, ms. */
export interface PublishDelay {
  event: SpotterEvent;
  /** From the call of {@link EventFeed.publish}. */
  publishMs: number;
  /** From the arrival of its frame; null without one. */
  frameMs: number | null;
}

/** Events per transaction: enough for a burst, few enough that nothing waits long for its end. */
const BATCH = 500;
const DEFAULT_BACKOFF = { firstMs: 250, maxMs: 5000 };
const MAX_WAITING = 10_000;

/**
 * The only way of an event to the outside: first the ledger stores it, then every listener gets it, in order. Events that
 * are queued at the same time are stored in one transaction. With a ledger in memory an event is published at once.
 */
export class EventFeed {
  readonly #ledger: Ledger;
  readonly #options: Partial<FeedOptions>;
  readonly #isImmediate: boolean;
  readonly #listeners = new Set<EventListener>();
  readonly #backoff: Backoff;
  readonly #lost = new Map<string, Loss>();
  #waiting: Waiting[] = [];
  #scheduled: NodeJS.Immediate | undefined;
  #retry: NodeJS.Timeout | undefined;
  #fault: string | null = null;

  constructor(ledger: Ledger = new MemoryLedger(), options: Partial<FeedOptions> = {}) {
    this.#ledger = ledger;
    this.#options = options;
    this.#isImmediate = ledger instanceof MemoryLedger;
    this.#backoff = new Backoff({ ...(options.backoff ?? DEFAULT_BACKOFF), healthyMs: 1000 });
  }

  /** Number of events that are not stored yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Why no event is published, one sentence; null while all is well. */
  get fault(): string | null {
    return this.#fault;
  }

  /**
   * Stores an event and hands it to every listener, or queues it while the ledger fails.
   *
   * @param sinceMs monotonic time at which the frame of the event came; null without one
   */
  publish(draft: EventDraft, sinceMs: number | null = null): void {
    this.#waiting.push({ draft, sinceMs, atMs: monotonicMs() });
    if (this.#fault !== null) this.#makeRoom();
    else if (this.#isImmediate) this.flush();
    else this.#schedule();
  }

  /** @returns a function that ends the subscription */
  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Stores and delivers what is queued, and finds out whether the ledger works even when nothing is. A large backlog goes
   * batch by batch: a connection that got all of it at once would look like one that nobody reads.
   */
  flush(): void {
    this.#flushBatch();
    if (this.#fault === null && this.#waiting.length > 0) this.#schedule();
  }

  /** Tries to store what is queued one last time. @returns how many events are lost */
  stop(): number {
    do this.#flushBatch();
    while (this.#fault === null && this.#waiting.length > 0);
    clearTimeout(this.#retry);
    return this.#waiting.length;
  }

  /** Changes the events that wait, or leaves them out. @param change null: the event is not published at all */
  amend(change: (draft: EventDraft) => EventDraft | null): void {
    this.#waiting = this.#waiting.flatMap((entry) => {
      const draft = change(entry.draft);
      return draft ? { ...entry, draft } : [];
    });
  }

  #schedule(): void {
    this.#scheduled ??= setImmediate(() => this.flush());
  }

  #flushBatch(): void {
    clearImmediate(this.#scheduled);
    clearTimeout(this.#retry);
    this.#scheduled = undefined;
    // The ledger may publish an event itself, when it has been replaced; that one waits for the next batch.
    const taken = this.#waiting.slice(0, BATCH);
    const batch = [...this.#gaps(), ...taken];
    let events: SpotterEvent[];
    try {
      events = this.#ledger.append(batch.map(({ draft }) => draft));
    } catch (error) {
      this.#failed(describeError(error));
      return;
    }
    this.#lost.clear();
    this.#recovered();
    this.#waiting.splice(0, taken.length);
    this.#deliver(events, batch);
  }

  #deliver(events: SpotterEvent[], batch: Waiting[]): void {
    for (const [index, event] of events.entries()) {
      for (const listener of this.#listeners) listener(event);
      const nowMs = monotonicMs();
      const { sinceMs, atMs } = batch[index];
      const frameMs = sinceMs === null ? null : nowMs - sinceMs;
      this.#options.onPublished?.({ event, publishMs: nowMs - atMs, frameMs });
    }
  }

  #failed(reason: string): void {
    const isNew = this.#fault === null;
    this.#fault = reason;
    if (isNew) this.#options.onFault?.(reason);
    this.#makeRoom();
    this.#retry = setTimeout(() => this.flush(), this.#backoff.next(isNew ? Number.POSITIVE_INFINITY : 0));
  }

  #recovered(): void {
    if (this.#fault === null) return;
    this.#fault = null;
    this.#options.onRecovered?.(this.#waiting.length);
  }

  /** Drops the oldest: what happens now matters most. */
  #makeRoom(): void {
    const { maxWaiting = MAX_WAITING, onLost } = this.#options;
    const surplus = Math.max(0, this.#waiting.length - maxWaiting);
    for (const { draft } of this.#waiting.splice(0, surplus)) {
      const { camera, capturedAtMs } = draft;
      const loss = this.#lost.get(camera) ?? { camera, fromMs: capturedAtMs, toMs: capturedAtMs };
      this.#lost.set(camera, { ...loss, toMs: Math.max(loss.toMs, capturedAtMs) });
      onLost?.();
    }
  }

  #gaps(): Waiting[] {
    const { toGap } = this.#options;
    if (!toGap) return [];
    const atMs = monotonicMs();
    return [...this.#lost.values()].map((loss) => ({
      draft: toGap(loss, 'log_unwritable'),
      sinceMs: null,
      atMs,
    }));
  }
}
