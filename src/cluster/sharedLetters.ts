import type { KV, KvWatchEntry } from '@nats-io/kv';
import { z } from 'zod';
import type { ClusterPart, Joined } from './part.js';
import type { Sealer } from './sealer.js';
import { within } from './within.js';

/** An event that a sink could not deliver. */
export interface SharedLetter {
  sink: string;
  seq: number;
  /** One sentence. */
  reason: string;
  /** ISO 8601. */
  at: string;
}

/** The dead letters of this node's log, which are as those of the cluster. */
export interface LetterMirror {
  /** Stores a letter under its number, instead of another one of the same sink and event. */
  put(number: number, letter: SharedLetter): void;
  remove(sink: string, seq: number): void;
  /** Removes all. */
  clear(): void;
  /** The letter of a sink and event; null when the log has dropped it, with the event, or never had it. */
  find(sink: string, seq: number): SharedLetter | null;
  /** Whether the log has read this event and does not have it any more. */
  isGone(seq: number): boolean;
}

const letter = z.object({ sink: z.string(), seq: z.int(), reason: z.string(), at: z.string() });

const TIMEOUT_MS = 1500;
const FILTER = 'letter.>';

/**
 * The dead letters of the cluster: entries of the state bucket, which each node has in its log as well, so that any of them lists
 * them, sends them again and drops them. The number of a letter is the revision of its entry.
 */
export class SharedLetters implements ClusterPart {
  readonly #mirror: LetterMirror;
  /** What the bucket has, by key. */
  readonly #letters = new Map<string, SharedLetter & { number: number }>();
  #joined: { state: KV; sealer: Sealer } | null = null;
  #watch: { stop: () => void } | null = null;

  constructor(mirror: LetterMirror) {
    this.#mirror = mirror;
  }

  async join({ store: { state }, sealer }: Joined): Promise<void> {
    this.#joined = { state, sealer };
    // What was dropped while this node was away is not reported any more.
    this.#mirror.clear();
    this.#letters.clear();
    const watch = await state.watch({ key: FILTER });
    this.#watch = watch;
    void this.#follow(watch);
  }

  async leave(): Promise<void> {
    this.#watch?.stop();
    this.#watch = null;
    this.#joined = null;
  }

  /** @throws an error of the client */
  async add({ sink, seq, reason, at }: SharedLetter): Promise<void> {
    const { state, sealer } = this.#bucket;
    const key = keyOf(sealer, { sink, seq });
    await within(TIMEOUT_MS, state.put(key, sealer.sealJson({ sink, seq, reason, at }, key)));
  }

  /** Removes a letter everywhere; the bucket may do so later. */
  drop({ sink, seq }: Pick<SharedLetter, 'sink' | 'seq'>): void {
    this.#mirror.remove(sink, seq);
    if (!this.#joined) return;
    const { state, sealer } = this.#joined;
    const key = keyOf(sealer, { sink, seq });
    this.#letters.delete(key);
    // Not a purge: of two at the same time, watchers hear of one only (measured on 2.9.10).
    void state.delete(key).catch(() => {});
  }

  /** Stores every letter again: the log has started anew. */
  restore(): void {
    for (const { number, ...found } of this.#letters.values()) this.#mirror.put(number, found);
  }

  /** Makes the bucket as the log is, once events were erased or have expired: their letters go, and names in others. */
  async reconcile(): Promise<void> {
    for (const known of [...this.#letters.values()]) {
      const own = this.#mirror.find(known.sink, known.seq);
      if (own && own.reason !== known.reason) await this.add({ ...known, reason: own.reason });
      else if (!own && this.#mirror.isGone(known.seq)) this.drop(known);
    }
  }

  async #follow(watch: AsyncIterable<KvWatchEntry>): Promise<void> {
    for await (const entry of watch) this.#note(entry);
  }

  #note({ key, value, operation, revision }: KvWatchEntry): void {
    const before = this.#letters.get(key);
    this.#letters.delete(key);
    if (operation === 'PUT') {
      const parsed = letter.safeParse(this.#joined?.sealer.openJson(value, key));
      if (!parsed.success) return;
      this.#letters.set(key, { ...parsed.data, number: revision });
      this.#mirror.put(revision, parsed.data);
    } else if (before) this.#mirror.remove(before.sink, before.seq);
  }

  get #bucket(): { state: KV; sealer: Sealer } {
    if (!this.#joined) throw new Error('this node is not in the cluster');
    return this.#joined;
  }
}

function keyOf(sealer: Sealer, { sink, seq }: Pick<SharedLetter, 'sink' | 'seq'>): string {
  return `letter.${sealer.keyOf('letter', sink)}.${seq}`;
}
