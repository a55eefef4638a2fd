import type { Term } from '../cluster/lease.js';
import { monotonicMs } from '../core/clock.js';
import type { Component } from '../core/lifecycle.js';
import type { EventDraft, SpotterEvent } from '../events/event.js';
import { FeedVisits, type FeedVisitsOptions } from '../events/feedVisits.js';
import type { MergedLog } from '../events/log/mergedLog.js';

/** What {@link SharedVisits} reads, and where its events go. */
export interface SharedVisitsOptions extends FeedVisitsOptions {
  log: MergedLog;
  /** Unix time of the servers at a moment of the monotonic clock, ms; null before it is known. */
  serverTime: (monotonicMs: number) => number | null;
  /** Publishes an event of this node. */
  publish: (draft: EventDraft) => void;
}

const TICK_MS = 500;
/** Events of the last moment may still be on their way to this node; a visit ends only after them. */
const ON_THE_WAY_MS = 1500;
const SAVE_EVERY_MS = 5000;
const PAGE = 500;
const NOTE = 'visits';

/** The visits of the cluster: every node works them out, so that any can go on when another one that publishes them is gone. */
export class SharedVisits implements Component {
  readonly #options: SharedVisitsOptions;
  #visits: FeedVisits;
  /** Since when this node publishes; null while another one does. */
  #term: Pick<Term, 'token' | 'beganMs'> | null = null;
  /** Number of the last event that was taken. */
  #seq = 0;
  #savedSeq = 0;
  #timers: NodeJS.Timeout[] = [];

  constructor(options: SharedVisitsOptions) {
    this.#options = options;
    this.#visits = new FeedVisits(options);
  }

  /** Number of visits that have begun and not ended. */
  get open(): number {
    return this.#visits.open;
  }

  /** Goes on from the last run, once the log is open. */
  async start(): Promise<void> {
    const { log } = this.#options;
    const saved = log.note(NOTE);
    this.#seq = saved === null ? log.lastSeq : this.#visits.restore(saved);
    while (this.#seq < log.lastSeq) {
      const page = log.after(this.#seq, PAGE);
      for (const event of page) this.note(event, log.readable((store) => store.sinceMs(event.seq), 0) ?? 0);
      if (page.length === 0) this.#seq = log.lastSeq;
    }
    this.#timers = [setInterval(() => this.#tick(), TICK_MS), setInterval(() => this.#save(), SAVE_EVERY_MS)];
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#save();
  }

  /** The log has started anew. */
  restart(): void {
    this.#visits = new FeedVisits(this.#options);
    this.#seq = 0;
  }

  /** Takes the next event of the feed. @param storedMs when the stream had it, Unix ms */
  note(event: SpotterEvent, storedMs: number): void {
    this.#visits.note(event, storedMs);
    this.#seq = event.seq;
    this.#publish();
  }

  /** This node publishes from now on, having read everything; or it does not any more. @param term null: it does not */
  publishWith(term: Pick<Term, 'token' | 'beganMs'> | null): void {
    this.#term = term;
    if (term === null) return;
    this.#visits.oweAgain();
    this.#publish();
  }

  /** Drops a person's visits: their events are erased. */
  forgetPerson(person: string): void {
    this.#visits.forgetPerson(person);
    this.#savedSeq = -1;
    this.#save();
  }

  #tick(): void {
    const now = this.#options.serverTime(monotonicMs());
    if (now !== null) this.#visits.tick(now - ON_THE_WAY_MS);
    this.#publish();
  }

  #publish(): void {
    if (this.#term === null) return;
    const { token: lease, beganMs } = this.#term;
    for (const draft of this.#visits.owed())
      this.#options.publish({
        ...draft,
        // A visit is known to be over only later: the event is captured when it is published.
        capturedAtMs: draft.kind === 'visit_ended' ? Date.now() : draft.capturedAtMs,
        // Of two nodes that publish, the later holder is right, whatever the other one still publishes.
        fence: { lease, beganMs, capturedMs: Number.MAX_SAFE_INTEGER },
      });
  }

  #save(): void {
    if (this.#seq === this.#savedSeq) return;
    const { log } = this.#options;
    try {
      log.use((store) => store.setNote(NOTE, this.#visits.save(this.#seq)));
      this.#savedSeq = this.#seq;
    } catch {
      // Later; until then a restart works out more of them again.
    }
  }
}
