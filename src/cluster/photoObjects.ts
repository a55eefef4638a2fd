import { createHash } from 'node:crypto';
import type { StoredMsg } from '@nats-io/jetstream';
import type { ObjectInfo, ObjectStore } from '@nats-io/obj';
import { ByteBudget } from '../core/byteBudget.js';
import type { Link } from './link.js';
import type { Sealer } from './sealer.js';
import { within } from './within.js';

/** One photo may take so long to send, and the list of all to come, ms. Each chunk has a limit of its own. */
const SEND_MS = 600_000;
const LIST_MS = 60_000;
const TIMEOUT_MS = 5000;
/** As the client cuts photos. */
const CHUNK_BYTES = 128 * 1024;
/** Lease renewals wait behind what is on its way over the same connection: 130 ms where it carries 2 MB/s. */
const MOST_BYTES = 2 * CHUNK_BYTES;

/** The photos that all nodes share, encrypted, by their content. */
export class PhotoObjects {
  readonly #store: ObjectStore;
  readonly #link: Link;
  readonly #sealer: Sealer;
  /** Name of the stream behind the store, and of the store in subjects. */
  readonly #bucket: string;
  readonly #sending = new ByteBudget(MOST_BYTES);
  readonly #receiving = new ByteBudget(MOST_BYTES);

  /** @param bucket name of the object store */
  constructor(store: ObjectStore, bucket: string, link: Link, sealer: Sealer) {
    this.#store = store;
    this.#bucket = bucket;
    this.#link = link;
    this.#sealer = sealer;
  }

  /** Name of the object of a photo. */
  nameOf(sha256: string): string {
    return this.#sealer.keyOf('photo', sha256);
  }

  /** SHA-256 of a content. */
  hashOf(content: Uint8Array): string {
    return createHash('sha256').update(content).digest('hex');
  }

  /**
   * Stores a photo, unless it is there.
   *
   * @param read reads its content; null when the file is gone
   * @returns false when the file is gone or has changed since
   * @throws an error of the client
   */
  async put(sha256: string, read: () => Promise<Uint8Array | null>): Promise<boolean> {
    const name = this.nameOf(sha256);
    const info = await within(TIMEOUT_MS, this.#store.info(name));
    if (info && !info.deleted) return true;
    const content = await read();
    if (!content || this.hashOf(content) !== sha256) return false;
    const sealed = this.#sealer.seal(content, `photo ${name}`);
    const options = { max_chunk_size: CHUNK_BYTES };
    // The client sends a chunk when the one before it is acknowledged.
    await this.#sending.use(Math.min(sealed.length, CHUNK_BYTES), () =>
      within(SEND_MS, this.#store.putBlob({ name, options }, sealed)),
    );
    return true;
  }

  /** A photo; null when it is not there, or not what it should be. @throws an error of the client */
  async get(sha256: string): Promise<Uint8Array | null> {
    const name = this.nameOf(sha256);
    const info = await within(TIMEOUT_MS, this.#store.info(name));
    const sealed = info && !info.deleted ? await this.#read(info) : null;
    const content = sealed ? this.#sealer.open(sealed, `photo ${name}`) : null;
    return content && this.hashOf(content) === sha256 ? content : null;
  }

  /** Names of all objects, deleted ones included. @throws an error of the client */
  async names(): Promise<Set<string>> {
    const prefix = `$O.${this.#bucket}.M.`;
    const { streams } = this.#link.manager;
    const info = streams.info(this.#stream, { subjects_filter: `${prefix}*` });
    const subjects = Object.keys((await within(TIMEOUT_MS, info))?.state.subjects ?? {});
    return new Set(
      subjects.map((subject) => Buffer.from(subject.slice(prefix.length), 'base64url').toString()),
    );
  }

  /** Names and ages of all objects, ms. @throws an error of the client */
  async list(): Promise<{ name: string; ageMs: number }[]> {
    const all = (await within(LIST_MS, this.#store.list())) ?? [];
    return all
      .filter(({ deleted }) => !deleted)
      .map(({ name, mtime }) => ({ name, ageMs: Date.now() - Date.parse(mtime) }));
  }

  /** Deletes an object, and overwrites its bytes in the files of the server. @throws an error of the client */
  async erase(name: string): Promise<void> {
    const info = await within(TIMEOUT_MS, this.#store.info(name));
    if (!info || info.deleted) return;
    const { streams } = this.#link.manager;
    for (let chunk = await this.#chunkAfter(info, 0); chunk; chunk = await this.#chunkAfter(info, chunk.seq))
      await within(TIMEOUT_MS, streams.deleteMessage(this.#stream, chunk.seq, true));
    await within(TIMEOUT_MS, this.#store.delete(name));
  }

  /** The bytes of an object, chunk by chunk: a consumer would get megabytes at once. Null when some are missing. */
  async #read(info: ObjectInfo): Promise<Uint8Array | null> {
    const { direct } = this.#link.manager;
    const chunks: Uint8Array[] = [];
    for (let seq = 0; chunks.length < info.chunks; ) {
      const query = this.#queryAfter(info, seq);
      const chunk = await this.#receiving.use(Math.min(info.size, CHUNK_BYTES), async () => {
        const found = await within(TIMEOUT_MS, direct.getMessage(this.#stream, query));
        // A replica may be behind.
        return found ?? (await this.#chunkAfter(info, seq));
      });
      if (!chunk) return null;
      chunks.push(chunk.data);
      seq = chunk.seq;
    }
    return Buffer.concat(chunks);
  }

  /** As the leader has it. */
  async #chunkAfter(info: ObjectInfo, seq: number): Promise<StoredMsg | null> {
    const { streams } = this.#link.manager;
    return (await within(TIMEOUT_MS, streams.getMessage(this.#stream, this.#queryAfter(info, seq)))) ?? null;
  }

  #queryAfter({ nuid }: ObjectInfo, seq: number): { seq: number; next_by_subj: string } {
    return { seq: seq + 1, next_by_subj: `$O.${this.#bucket}.C.${nuid}` };
  }

  get #stream(): string {
    return `OBJ_${this.#bucket}`;
  }
}
