import { createHash } from 'node:crypto';
import type { ObjectStore } from '@nats-io/obj';
import type { Link } from './link.js';
import type { Sealer } from './sealer.js';
import { within } from './within.js';

/** One photo may take so long, ms: 100 MB over a slow network. */
const TRANSFER_MS = 60_000;
const TIMEOUT_MS = 5000;

/** The photos that all nodes share, encrypted, by their content. */
export class PhotoObjects {
  readonly #store: ObjectStore;
  readonly #link: Link;
  readonly #sealer: Sealer;
  /** Name of the stream behind the store, and of the store in subjects. */
  readonly #bucket: string;

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
    await within(TRANSFER_MS, this.#store.putBlob({ name }, sealed));
    return true;
  }

  /** A photo; null when it is not there, or not what it should be. @throws an error of the client */
  async get(sha256: string): Promise<Uint8Array | null> {
    const name = this.nameOf(sha256);
    const sealed = await within(TRANSFER_MS, this.#store.getBlob(name));
    const content = sealed ? this.#sealer.open(sealed, `photo ${name}`) : null;
    return content && this.hashOf(content) === sha256 ? content : null;
  }

  /** Names of all objects, deleted ones included. @throws an error of the client */
  async names(): Promise<Set<string>> {
    const prefix = `$O.${this.#bucket}.M.`;
    const { streams } = this.#link.manager;
    const info = streams.info(`OBJ_${this.#bucket}`, { subjects_filter: `${prefix}*` });
    const subjects = Object.keys((await within(TIMEOUT_MS, info))?.state.subjects ?? {});
    return new Set(
      subjects.map((subject) => Buffer.from(subject.slice(prefix.length), 'base64url').toString()),
    );
  }

  /** Names and ages of all objects, ms. @throws an error of the client */
  async list(): Promise<{ name: string; ageMs: number }[]> {
    const all = (await within(TRANSFER_MS, this.#store.list())) ?? [];
    return all
      .filter(({ deleted }) => !deleted)
      .map(({ name, mtime }) => ({ name, ageMs: Date.now() - Date.parse(mtime) }));
  }

  /** Deletes an object, and overwrites its bytes in the files of the server. @throws an error of the client */
  async erase(name: string): Promise<void> {
    const info = await within(TIMEOUT_MS, this.#store.info(name));
    if (!info || info.deleted) return;
    const stream = `OBJ_${this.#bucket}`;
    const { manager } = this.#link;
    for (let seq = 1; ; ) {
      const query = { seq, next_by_subj: `$O.${this.#bucket}.C.${info.nuid}` };
      const chunk = await within(TIMEOUT_MS, manager.streams.getMessage(stream, query));
      if (!chunk) break;
      await within(TIMEOUT_MS, manager.streams.deleteMessage(stream, chunk.seq, true));
      seq = chunk.seq + 1;
    }
    await within(TIMEOUT_MS, this.#store.delete(name));
  }
}
