import { inParallel } from '../core/inParallel.js';
import { entryOf } from './bucketEntry.js';
import type { ForgetState, PendingForget } from './forgetState.js';
import { FORMAT } from './names.js';
import { codeOf } from './natsFaults.js';
import type { Joined } from './part.js';
import type { PeopleBucket } from './peopleBucket.js';
import { recordKey, tombstoneKey } from './personRecord.js';
import type { PhotoObjects } from './photoObjects.js';
import type { SharedEmbeddings } from './sharedEmbeddings.js';
import { within } from './within.js';

/** What this node itself has of people. */
export interface ForgetHost {
  /** Every name that is stored here: in the gallery, in caches and in logs. */
  names: () => Promise<string[]>;
  /** Numbers of the messages in the stream of events that name a person, as far as this node has read them. */
  eventsOf: (person: string) => number[];
  /** Erases a person from everything that this node has. @throws SpotterError gallery.unwritable */
  erase: (person: string) => Promise<void>;
}

/** What is needed to forget people in the whole cluster. */
export interface ForgottenPeopleOptions {
  joined: Joined;
  bucket: PeopleBucket;
  photos: PhotoObjects;
  embeddings: SharedEmbeddings;
  state: ForgetState;
  host: ForgetHost;
}

const TIMEOUT_MS = 5000;
const AT_A_TIME = 8;
/** Code of JetStream: there is no such message, which is what is wanted; 10043 in later servers. */
const NO_MESSAGE = [10037, 10043, 10057];

/**
 * People who were forgotten. A tombstone, without a name, says so in the bucket of people; every node erases whoever it knows by
 * that key, and whoever sets it erases what NATS has. Its revision says what came before it: a later record is of somebody who was
 * added again.
 */
export class ForgottenPeople {
  readonly #options: ForgottenPeopleOptions;

  constructor(options: ForgottenPeopleOptions) {
    this.#options = options;
  }

  /** Tombstones that this node is not done with, oldest first. @param bucketId identity of the bucket */
  due(bucketId: string): { personKey: string; revision: number }[] {
    const { bucket, state } = this.#options;
    const done = state.doneIn(bucketId);
    return [...bucket.tombstones]
      .map(([personKey, revision]) => ({ personKey, revision }))
      .filter(({ revision }) => revision > done)
      .sort((a, b) => a.revision - b.revision);
  }

  /**
   * Erases here whoever a tombstone is for.
   *
   * @param onNamed called once the names are known, and before anything is erased
   * @throws SpotterError gallery.unwritable; an error of the client
   */
  async follow(personKey: string, onNamed: () => void): Promise<void> {
    const { joined, host } = this.#options;
    const names = (await host.names()).filter((name) => joined.sealer.personKey(name) === personKey);
    onNamed();
    for (const name of new Set(names)) {
      await this.eraseEvents(host.eventsOf(name));
      await host.erase(name);
    }
  }

  /** Sets a tombstone, and erases what NATS has of the person. @returns the revision @throws an error of the client */
  async publish({ person, events }: Pick<PendingForget, 'person' | 'events'>): Promise<number> {
    const { joined } = this.#options;
    const key = tombstoneKey(person);
    const sealed = joined.sealer.sealJson({ format: FORMAT }, key);
    const revision = (await within(TIMEOUT_MS, joined.store.people.put(key, sealed))) ?? 0;
    await this.eraseShared(person, revision);
    await this.eraseEvents(events);
    return revision;
  }

  /**
   * Erases record, photos and embeddings of a person.
   *
   * @param revision of the tombstone: a newer record stays, but for one that this node has stored before it heard of that
   * @throws an error of the client
   */
  async eraseShared(personKey: string, revision: number): Promise<void> {
    const { joined, bucket, photos, embeddings } = this.#options;
    const key = recordKey(personKey);
    const isOld = (one: { revision: number }) =>
      one.revision < revision || one.revision === bucket.ownRevision(personKey);
    const found = bucket.people.get(personKey);
    if (found && isOld(found)) {
      const used = new Set(
        [...bucket.people]
          .filter(([other]) => other !== personKey)
          .flatMap(([, { record }]) => Object.values(record.files).map(({ sha256 }) => sha256)),
      );
      const hashes = new Set(Object.values(found.record.files).map(({ sha256 }) => sha256));
      await inParallel(hashes, AT_A_TIME, async (sha256) => {
        if (used.has(sha256)) return;
        const name = photos.nameOf(sha256);
        await photos.erase(name);
        await embeddings.erase(name, (seq) => this.#eraseMessage(`KV_${joined.names.embeddings}`, seq));
      });
    }
    const entry = await entryOf(joined.store.people, key);
    if (!entry || !isOld(entry)) return;
    await this.#eraseMessage(`KV_${joined.names.people}`, entry.revision);
    // Watchers hear of a deletion, and not of a message that is erased.
    await within(TIMEOUT_MS, joined.store.people.delete(key));
    bucket.noteErased(personKey, entry.revision);
  }

  /** Overwrites messages of the stream of events. @throws an error of the client */
  eraseEvents(events: readonly number[]): Promise<void> {
    return inParallel(events, AT_A_TIME, (seq) => this.#eraseMessage(this.#options.joined.names.events, seq));
  }

  /** Overwrites a message in the files of the servers. */
  async #eraseMessage(stream: string, seq: number): Promise<void> {
    try {
      await within(TIMEOUT_MS, this.#options.joined.link.manager.streams.deleteMessage(stream, seq, true));
    } catch (error) {
      if (!NO_MESSAGE.includes(codeOf(error) ?? 0)) throw error;
    }
  }
}
