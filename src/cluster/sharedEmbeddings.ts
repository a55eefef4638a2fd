import type { KV } from '@nats-io/kv';
import { inParallel } from '../core/inParallel.js';
import { entryOf } from './bucketEntry.js';
import { keysOf } from './bucketKeys.js';
import type { Link } from './link.js';
import { FORMAT } from './names.js';
import type { Joined } from './part.js';
import type { Sealer } from './sealer.js';
import { within } from './within.js';

/** The result of a photo, for other nodes. */
export interface PhotoOutcome {
  /** Of the photo. */
  sha256: string;
  /** Identifies everything else that the result depends on, such as the models. */
  key: string;
  /** Data, with embeddings as Float32Array. */
  result: unknown;
}

/** Who works out results, and takes those of others. */
export interface OutcomeHost {
  /** The key under which this node has results; null while it has none. */
  key: () => string | null;
  /** What is known of some photos. Rejects when that is not available now. */
  known: (hashes: string[]) => Promise<PhotoOutcome[]>;
  /** Takes results of photos that are about to come. */
  take: (outcomes: PhotoOutcome[]) => void;
}

const TIMEOUT_MS = 5000;
const AT_A_TIME = 16;
/** Results per request: about 2 KB each. */
const BATCH = 200;

/** The results of photos that all nodes share: each photo is worked out once per models and limits. */
export class SharedEmbeddings {
  readonly #kv: KV;
  readonly #bucket: string;
  readonly #link: Link;
  readonly #sealer: Sealer;
  readonly #host: OutcomeHost;
  /** Keys that are known to be there. */
  readonly #there = new Set<string>();

  constructor({ store, names, link, sealer }: Joined, host: OutcomeHost) {
    this.#kv = store.embeddings;
    this.#bucket = names.embeddings;
    this.#link = link;
    this.#sealer = sealer;
    this.#host = host;
  }

  /** Stores results that are not there yet. @throws an error of the client */
  put(outcomes: readonly PhotoOutcome[]): Promise<void> {
    return inParallel(outcomes, AT_A_TIME, async ({ sha256, key, result }) => {
      const place = this.#keyOf(sha256, key);
      if (this.#there.has(place)) return;
      const sealed = this.#sealer.seal(encoded(result), place);
      await within(TIMEOUT_MS, this.#kv.put(place, sealed));
      this.#there.add(place);
    });
  }

  /** Stores what this node knows of some photos, so that it is there before the photos are. @throws an error of the client */
  async share(hashes: readonly string[]): Promise<void> {
    const key = this.#host.key();
    if (key === null) return;
    const missing: string[] = [];
    await inParallel(hashes, AT_A_TIME, async (sha256) => {
      const place = this.#keyOf(sha256, key);
      if (this.#there.has(place)) return;
      if (await entryOf(this.#kv, place)) this.#there.add(place);
      else missing.push(sha256);
    });
    for (let from = 0; from < missing.length; from += BATCH)
      await this.put(await this.#host.known(missing.slice(from, from + BATCH)).catch(() => []));
  }

  /** Gives the host the results of photos that are about to come, as far as any node has them. @throws an error of the client */
  async fetch(hashes: readonly string[]): Promise<void> {
    const key = this.#host.key();
    if (key === null) return;
    const found: PhotoOutcome[] = [];
    await inParallel(hashes, AT_A_TIME, async (sha256) => {
      const place = this.#keyOf(sha256, key);
      const entry = await entryOf(this.#kv, place);
      const bytes = entry && this.#sealer.open(entry.value, place);
      if (!bytes) return;
      this.#there.add(place);
      const result = decoded(bytes);
      if (result !== null) found.push({ sha256, key, result });
    });
    for (let from = 0; from < found.length; from += BATCH) this.#host.take(found.slice(from, from + BATCH));
  }

  /** Erases what is there of a photo. @param erase overwrites an entry by its revision @throws an error of the client */
  async erase(photo: string, erase: (revision: number) => Promise<void>): Promise<void> {
    for (const key of await keysOf(this.#link, this.#bucket, `${photo}.*`)) {
      const entry = await within(TIMEOUT_MS, this.#kv.get(key));
      if (entry) await erase(entry.revision);
      this.#there.delete(key);
    }
  }

  #keyOf(sha256: string, key: string): string {
    return `${this.#sealer.keyOf('photo', sha256)}.${this.#sealer.keyOf('models', key)}`;
  }
}

/** JSON, with the values of a Float32Array as the bytes that they are. */
function encoded(result: unknown): Uint8Array {
  const text = JSON.stringify({ format: FORMAT, result }, (_, value: unknown) =>
    value instanceof Float32Array
      ? { float32: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') }
      : value,
  );
  return Buffer.from(text);
}

/** What {@link encoded} was given; null for another format. */
function decoded(bytes: Uint8Array): unknown {
  const { format, result } = JSON.parse(Buffer.from(bytes).toString(), (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('float32' in value)) return value;
    const raw = new Uint8Array(Buffer.from(String(value.float32), 'base64'));
    return new Float32Array(raw.buffer, 0, raw.byteLength / Float32Array.BYTES_PER_ELEMENT);
  }) as { format: number; result: unknown };
  return format === FORMAT ? result : null;
}
