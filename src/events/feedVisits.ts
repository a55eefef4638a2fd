import { createHash } from 'node:crypto';
import { encodeTime } from 'ulid';
import type { EventDraft, SpotterEvent } from './event.js';
import { Visits, type VisitsState } from './visits.js';

/** How {@link FeedVisits} joins tracks; read each time. */
export interface FeedVisitsOptions {
  rules: () => { enabled: boolean; gapMs: number };
}

/** An event of a visit that follows from the feed and is not in it yet. */
interface Owed {
  draft: EventDraft;
  /** Feed time. */
  atMs: number;
  isPublished: boolean;
}

/** What is owed for longer was never wanted: nobody worked out visits then. */
const MOST_OWED_MS = 600_000;
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_LENGTH = 10;
const RANDOM_LENGTH = 16;

/**
 * The visits of a feed that several nodes read. Each works out the same ones, by the times at which the feed had its events; one publishes
 * what is {@link owed}. Another node that takes over publishes what is still owed, and goes on. Times are Unix ms by the clock of the
 * feed. Pure.
 */
export class FeedVisits {
  readonly #options: FeedVisitsOptions;
  readonly #visits: Visits;
  readonly #owed = new Map<string, Owed>();

  constructor(options: FeedVisitsOptions) {
    this.#options = options;
    this.#visits = new Visits({ clock: 'captured', gapMs: options.rules().gapMs });
  }

  /** Number of visits that have begun and not ended. */
  get open(): number {
    return this.#visits.open;
  }

  /** Takes the next event of the feed. */
  note(event: SpotterEvent, atMs: number): void {
    if (!this.#options.rules().enabled) return;
    const { kind, cause, id, visit } = event;
    // Whoever worked visits out when this was published decides.
    if (kind === 'visit_started' || kind === 'visit_ended') this.#owed.delete(id);
    if (kind === 'visit_ended' && visit !== undefined) this.#visits.drop(visit);
    this.tick(atMs);
    const gap = cause === undefined ? null : { cause };
    this.#owe(this.#visits.take({ ...event, capturedAtMs: Date.parse(event.capturedAt), gap }, atMs), atMs);
  }

  /** Ends visits whose time is over. @param nowMs a moment up to which every event was noted */
  tick(nowMs: number): void {
    const { enabled, gapMs } = this.#options.rules();
    this.#visits.gapMs = gapMs;
    if (enabled) this.#owe(this.#visits.expire(nowMs), nowMs);
    for (const [id, { atMs }] of this.#owed) if (nowMs - atMs > MOST_OWED_MS) this.#owed.delete(id);
  }

  /** Events to publish, in order; each once, until {@link oweAgain}. */
  owed(): EventDraft[] {
    const due = [...this.#owed.values()].filter(({ isPublished }) => !isPublished);
    for (const entry of due) entry.isPublished = true;
    return due.map(({ draft }) => draft);
  }

  /** Whoever had to publish may not have done so: what is not in the feed is owed again. */
  oweAgain(): void {
    for (const entry of this.#owed.values()) entry.isPublished = false;
  }

  /** Drops a person's visits: their events are erased. */
  forgetPerson(person: string): void {
    this.#visits.forgetPerson(person);
    for (const [id, { draft }] of this.#owed) if (draft.person === person) this.#owed.delete(id);
  }

  /** What to go on from later, with the number of the last event. */
  save(seq: number): string {
    const owed = [...this.#owed.values()].map(({ draft, atMs }) => ({ draft, atMs }));
    return JSON.stringify({ seq, visits: this.#visits.state, owed });
  }

  /** Goes on from what was saved. @returns the number of the last event before */
  restore(saved: string): number {
    const { seq, visits, owed } = JSON.parse(saved) as {
      seq: number;
      visits: VisitsState;
      owed: { draft: EventDraft; atMs: number }[];
    };
    this.#visits.restore(visits);
    this.#owed.clear();
    for (const { draft, atMs } of owed)
      this.#owed.set(draft.givenId ?? '', { draft, atMs, isPublished: false });
    return seq;
  }

  #owe(drafts: readonly EventDraft[], atMs: number): void {
    for (const draft of drafts) {
      const givenId = idOf(draft);
      this.#owed.set(givenId, { draft: { ...draft, givenId }, atMs, isPublished: false });
    }
  }
}

/** The same ULID on every node. */
function idOf({ kind, visit }: EventDraft): string {
  const hash = createHash('sha256').update(`${kind} ${visit?.visit}`).digest();
  const random = [...hash.subarray(0, RANDOM_LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]);
  return encodeTime(Date.parse(visit?.startedAt ?? ''), TIME_LENGTH) + random.join('');
}
