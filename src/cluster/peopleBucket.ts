import type { KV, KvWatchEntry } from '@nats-io/kv';
import { keysOf } from './bucketKeys.js';
import type { Link } from './link.js';
import { FORMAT } from './names.js';
import { isWrongRevision } from './natsFaults.js';
import type { Joined } from './part.js';
import { openRecord, type PersonRecord, recordKey, sealRecord } from './personRecord.js';
import type { Sealer } from './sealer.js';
import { within } from './within.js';

/** A person's record, and the revision that it has. */
export interface StoredPerson {
  record: PersonRecord;
  revision: number;
}

const TIMEOUT_MS = 5000;
/** Reading everything may take so long, ms. */
const READ_MS = 60_000;
/** After this, nothing of what there was is still to come, ms. */
const SILENCE_MS = 3000;

/**
 * The people that all nodes share, as this node sees them: records and tombstones, kept up to date by a watch. Both are in one
 * bucket, so that their revisions say which came first.
 */
export class PeopleBucket {
  readonly #kv: KV;
  readonly #name: string;
  readonly #link: Link;
  readonly #sealer: Sealer;
  readonly #people = new Map<string, StoredPerson>();
  readonly #tombstones = new Map<string, number>();
  /** People whose record a node has deleted, by key. */
  readonly #deleted = new Set<string>();
  readonly #onChange: (personKey: string) => void;
  /** Revisions of the records that this node has stored. */
  readonly #own = new Map<string, number>();
  #watch: { stop: () => void } | null = null;

  /** @param onChange called, once {@link open} has resolved, with the key of every person who has changed */
  constructor({ store, names, link, sealer }: Joined, onChange: (personKey: string) => void) {
    this.#kv = store.people;
    this.#name = names.people;
    this.#link = link;
    this.#sealer = sealer;
    this.#onChange = onChange;
  }

  /** By key of the person. */
  get people(): ReadonlyMap<string, StoredPerson> {
    return this.#people;
  }

  /** Revisions of the tombstones, by key of the person. */
  get tombstones(): ReadonlyMap<string, number> {
    return this.#tombstones;
  }

  /** Whether there is no record of a person, and no sign that a node has deleted it: the servers have lost it, as after a purge. */
  isLost(personKey: string): boolean {
    return ![this.#people, this.#tombstones, this.#deleted].some((known) => known.has(personKey));
  }

  /** Identity of the bucket, and the last revision in it: an older one means that the servers have lost something. */
  async state(): Promise<{ id: string; revision: number }> {
    const { streamInfo } = (await within(TIMEOUT_MS, this.#kv.status())) as Awaited<ReturnType<KV['status']>>;
    return { id: String(streamInfo.created), revision: streamInfo.state.last_seq };
  }

  /** Reads everything, and follows it from then on. Resolves when everything is read. @throws an error of the client */
  async open(): Promise<void> {
    this.close();
    const watch = await this.#kv.watch();
    this.#watch = watch;
    const missing = new Set(await keysOf(this.#link, this.#name, '>'));
    const before = new Set([...this.#people.keys(), ...this.#tombstones.keys()]);
    const seen = new Set<string>();
    let isRead = false;
    const done = new Promise<void>((resolve) => {
      // An entry that is erased meanwhile does not come any more.
      let silence: NodeJS.Timeout;
      const end = () => {
        clearTimeout(silence);
        isRead = true;
        resolve();
      };
      const listen = () => {
        clearTimeout(silence);
        silence = setTimeout(end, SILENCE_MS);
        if (missing.size === 0) end();
      };
      const follow = async () => {
        for await (const entry of watch) {
          const personKey = this.#note(entry);
          if (isRead) this.#onChange(personKey);
          else {
            seen.add(personKey);
            missing.delete(entry.key);
            listen();
          }
        }
      };
      listen();
      void follow();
    });
    await within(READ_MS, done);
    for (const key of before) if (!seen.has(key)) this.#forgetKey(key);
  }

  close(): void {
    this.#watch?.stop();
    this.#watch = null;
  }

  /**
   * Stores a person's record, or deletes it where there is no file left, if nobody else has changed it meanwhile.
   *
   * @param known what the new record was made from
   * @returns whether it is stored; if not, the newer one is in {@link people}
   * @throws an error of the client
   */
  async store(
    personKey: string,
    record: Omit<PersonRecord, 'format'>,
    known: StoredPerson | undefined,
  ): Promise<boolean> {
    const key = recordKey(personKey);
    try {
      if (Object.keys(record.files).length === 0) {
        if (known) await within(TIMEOUT_MS, this.#kv.delete(key, { previousSeq: known.revision }));
        this.#people.delete(personKey);
        this.#deleted.add(personKey);
        return true;
      }
      const sealed = sealRecord(this.#sealer, key, record);
      const stored = known
        ? this.#kv.update(key, sealed, known.revision, TIMEOUT_MS)
        : this.#kv.create(key, sealed);
      const revision = (await within(TIMEOUT_MS, stored)) ?? 0;
      this.#people.set(personKey, { record: { format: FORMAT, ...record }, revision });
      this.#own.set(personKey, revision);
      return true;
    } catch (error) {
      if (!isWrongRevision(error)) throw error;
      const entry = await within(TIMEOUT_MS, this.#kv.get(key));
      if (entry) this.#note(entry);
      else this.#people.delete(personKey);
      return false;
    }
  }

  /** Revision of the record of a person that this node has stored last; 0 for none. */
  ownRevision(personKey: string): number {
    return this.#own.get(personKey) ?? 0;
  }

  /** Takes note of a tombstone that this node has set. */
  noteTombstone(personKey: string, revision: number): void {
    this.#tombstones.set(personKey, revision);
  }

  /** The record with this revision is gone. */
  noteErased(personKey: string, revision: number): void {
    if (this.#people.get(personKey)?.revision === revision) this.#people.delete(personKey);
  }

  /** @returns the key of the person */
  #note({
    key,
    value,
    operation,
    revision,
  }: Pick<KvWatchEntry, 'key' | 'value' | 'operation' | 'revision'>): string {
    const [kind, personKey] = key.split('.');
    if (kind === 'forgotten') {
      if (operation === 'PUT') this.#tombstones.set(personKey, revision);
      return personKey;
    }
    const known = this.#people.get(personKey);
    // The watch may be behind what this node has stored itself.
    if (known && known.revision >= revision) return personKey;
    if (operation === 'PUT') this.#deleted.delete(personKey);
    else this.#deleted.add(personKey);
    const record = operation === 'PUT' ? openRecord(this.#sealer, key, value) : null;
    if (record) this.#people.set(personKey, { record, revision });
    else this.#people.delete(personKey);
    return personKey;
  }

  #forgetKey(personKey: string): void {
    this.#people.delete(personKey);
    this.#tombstones.delete(personKey);
    this.#deleted.delete(personKey);
  }
}
