import { JetStreamApiError } from '@nats-io/jetstream';
import type { KvEntry } from '@nats-io/kv';
import { LEASE_TTL_MS } from '../../src/cluster/names.js';

interface Stored {
  value: Uint8Array;
  revision: number;
  operation: 'PUT' | 'DEL';
  created: Date;
}

const wrongRevision = () =>
  new JetStreamApiError({ code: 400, err_code: 10071, description: 'wrong last sequence' });

/**
 * A bucket in memory that behaves as one of NATS does where leases need it: entries that expire, compare-and-set, markers of what
 * was deleted. Its clock is `Date`, which tests move.
 */
export class LeaseBucket {
  readonly #entries = new Map<string, Stored>();
  #revision = 0;
  /** Nothing reaches it, and nobody gets an answer. */
  isAway = false;
  /** What is written is stored, and nobody gets an answer. */
  isMute = false;

  async get(key: string, options?: { revision: number }): Promise<KvEntry | null> {
    await this.#arrive();
    const entry = this.#alive(key);
    if (options && entry?.revision !== options.revision) return this.#answer(null);
    return this.#answer(entry && ({ ...entry, key } as unknown as KvEntry));
  }

  async create(key: string, value: string | Uint8Array): Promise<number> {
    await this.#arrive();
    if (this.#alive(key)?.operation === 'PUT') throw wrongRevision();
    return this.#answer(this.#store(key, value, 'PUT'));
  }

  async update(key: string, value: string | Uint8Array, revision: number): Promise<number> {
    await this.#arrive();
    if (this.#alive(key)?.revision !== revision) throw wrongRevision();
    return this.#answer(this.#store(key, value, 'PUT'));
  }

  async delete(key: string, options?: { previousSeq: number }): Promise<void> {
    await this.#arrive();
    if (options && this.#alive(key)?.revision !== options.previousSeq) throw wrongRevision();
    this.#store(key, '', 'DEL');
  }

  #store(key: string, value: string | Uint8Array, operation: Stored['operation']): number {
    this.#revision += 1;
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    this.#entries.set(key, { value: bytes, revision: this.#revision, operation, created: new Date() });
    return this.#revision;
  }

  #alive(key: string): Stored | null {
    const entry = this.#entries.get(key);
    return entry && Date.now() - entry.created.getTime() < LEASE_TTL_MS ? entry : null;
  }

  async #arrive(): Promise<void> {
    if (this.isAway) await new Promise(() => {});
  }

  #answer<T>(answer: T): Promise<T> {
    return this.isMute ? new Promise(() => {}) : Promise.resolve(answer);
  }
}
