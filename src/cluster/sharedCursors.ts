import type { KV } from '@nats-io/kv';
import { z } from 'zod';
import { entryOf } from './bucketEntry.js';
import { isWrongRevision } from './natsFaults.js';
import type { ClusterPart, Joined } from './part.js';
import type { Sealer } from './sealer.js';
import { within } from './within.js';

/** What {@link SharedCursors} needs to know. */
export interface SharedCursorsOptions {
  /** Of this process. */
  session: string;
  /** Id of the feed's log: positions of another one say nothing. */
  epoch: () => string | null;
  /** The error to throw when another node has written a position since this one has read it. */
  toTaken: () => Error;
}

/** A position as it was read or written. */
interface Known {
  revision: number;
  seq: number;
}

const TIMEOUT_MS = 1500;
const MOST_TRIES = 3;

const cursor = z.object({ seq: z.int(), epoch: z.string(), session: z.string() });

/**
 * Positions in the feed that another node goes on from, in the state bucket. Whoever reads one writes it again in its own name, so that
 * an earlier holder cannot write any more.
 */
export class SharedCursors implements ClusterPart {
  readonly isShared = true;
  readonly #options: SharedCursorsOptions;
  readonly #known = new Map<string, Known>();
  #joined: { state: KV; sealer: Sealer } | null = null;

  constructor(options: SharedCursorsOptions) {
    this.#options = options;
  }

  async join({ store: { state }, sealer }: Joined): Promise<void> {
    this.#joined = { state, sealer };
    // Revisions begin again with a bucket that was made anew.
    this.#known.clear();
  }

  async leave(): Promise<void> {
    this.#joined = null;
  }

  /** The position of a sink; null when there is none yet. @throws an error of the client */
  async load(sink: string): Promise<number | null> {
    const { state } = this.#bucket;
    const key = this.#keyOf(sink);
    for (let tries = 1; ; tries++) {
      const entry = await entryOf(state, key, TIMEOUT_MS);
      const found = entry && this.#read(entry.value, key);
      if (!entry || !found) return null;
      const seq = found.epoch === this.#options.epoch() ? found.seq : 0;
      this.#known.set(sink, { revision: entry.revision, seq });
      try {
        await this.save(sink, seq);
        return seq;
      } catch (error) {
        // The earlier holder has written in between.
        if (tries === MOST_TRIES) throw error;
      }
    }
  }

  /** Writes a position. @throws what `toTaken` makes; an error of the client, after which it may be written all the same */
  async save(sink: string, seq: number): Promise<void> {
    const { state, sealer } = this.#bucket;
    const { epoch, session, toTaken } = this.#options;
    const key = this.#keyOf(sink);
    const known = this.#known.get(sink);
    const value = sealer.sealJson({ seq, epoch: epoch() ?? '', session }, key);
    try {
      const written = known ? state.update(key, value, known.revision) : state.create(key, value);
      const revision = (await within(TIMEOUT_MS, written)) ?? 0;
      this.#known.set(sink, { revision, seq });
    } catch (error) {
      if (!isWrongRevision(error)) throw error;
      // An earlier attempt may have been stored, and only its answer lost.
      const entry = await entryOf(state, key, TIMEOUT_MS);
      const found = entry && this.#read(entry.value, key);
      if (!entry || found?.session !== session) throw toTaken();
      this.#known.set(sink, { revision: entry.revision, seq: found.seq });
      if (found.seq !== seq) throw error;
    }
  }

  get #bucket(): { state: KV; sealer: Sealer } {
    if (!this.#joined) throw new Error('this node is not in the cluster');
    return this.#joined;
  }

  /** Names of sinks may be those of people: NATS learns none. */
  #keyOf(sink: string): string {
    return `cursor.${this.#bucket.sealer.keyOf('cursor', sink)}`;
  }

  #read(value: Uint8Array, key: string): z.output<typeof cursor> | null {
    const parsed = cursor.safeParse(this.#bucket.sealer.openJson(value, key));
    return parsed.success ? parsed.data : null;
  }
}
