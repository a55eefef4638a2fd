import { Backoff } from '../core/backoff.js';
import { monotonicMs } from '../core/clock.js';
import { describeError } from '../core/errors.js';
import type { EventDraft, Gap, SpotterEvent } from './event.js';
import { type Ledger, MemoryLedger } from './ledger.js';

export type EventListener = (event: SpotterEvent) => void;

/** Events of one camera that could not be kept; Unix times of the first and the last. */
export interface Loss {
  camera: string;
  fromMs: number;
  toMs: number;
}

export interface FeedOptions {
  /** How many events may wait for a ledger that takes none; the oldest are lost when there are more. */
  maxWaiting: number;
  backoff: { firstMs: number; maxMs: number };
  /** How a loss is told once the ledger takes events again. */
  toGap: (loss: Loss, cause: Gap['cause']) => EventDraft;
  /** The ledger takes nothing any more; `reason` says why. Told once, until it recovers. */
  onFault: (reason: string) => void;
  onRecovered: () => void;
  onLost: () => void;
  onPublished: (after: PublishDelay) => void;
}

interface Waiting {
  draft: EventDraft;
  /** Monotonic time at which the frame came that gave it; null where none did. */
  sinceMs: number | null;
  /** Monotonic time at which it was published. */
  atMs: number;
}

/** How long an event took to be told, ms. */
export interface PublishDelay {
  camera: string;
  publishMs: number;
  /** From the frame that gave it; null where none did. */
  frameMs: number | null;
}

/** As many go into one transaction: enough for a burst, few enough that nobody waits long for its end. */
const BATCH = 500;
const DEFAULT_BACKOFF = { firstMs: 250, maxMs: 5000 };
const MAX_WAITING = 10_000;

/**
 * The single way for an event to the outside: it is kept by the ledger, then handed to every listener, in order. What
 * waits at the same time is kept together. With a ledger in memory an event is told at once.
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

  /** Events that are not kept yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Why no event is told, one sentence; null while all is well. */
  get fault(): string | null {
    return this.#fault;
  }

  /** @param sinceMs monotonic time at which the frame came that gave the event; null where none did */
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
   * Keeps and tells what waits, as far as the ledger takes it. Also finds out whether it takes any. A large backlog goes in
   * turns: connections that are given all of it at once would look as if nobody read them.
   */
  flush(): void {
    this.#flushBatch();
    if (this.#fault === null && this.#waiting.length > 0) this.#schedule();
  }

  /** One last try. @returns how many events are lost because nothing keeps them */
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
    const batch = [...this.#gaps(), ...this.#waiting.slice(0, BATCH)];
    let events: SpotterEvent[];
    try {
      events = this.#ledger.append(batch.map(({ draft }) => draft));
    } catch (error) {
      this.#failed(describeError(error));
      return;
    }
    this.#lost.clear();
    this.#waiting.splice(0, BATCH);
    this.#recovered();
    this.#deliver(events, batch);
  }

  #deliver(events: SpotterEvent[], batch: Waiting[]): void {
    for (const [index, event] of events.entries()) {
      for (const listener of this.#listeners) listener(event);
      const nowMs = monotonicMs();
      const { sinceMs, atMs } = batch[index];
      const frameMs = sinceMs === null ? null : nowMs - sinceMs;
      this.#options.onPublished?.({ camera: event.camera, publishMs: nowMs - atMs, frameMs });
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
    this.#options.onRecovered?.();
  }

  /** The oldest go: what happens now matters most. */
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
