import { monotonicMs } from '../core/clock.js';
import { SpotterError } from '../core/errors.js';
import { Serial } from '../core/serial.js';
import { CatchUp } from './catchUp.js';
import { ForgetState } from './forgetState.js';
import { type ForgetHost, ForgottenPeople } from './forgottenPeople.js';
import type { ClusterPart, Joined } from './part.js';
import { PeopleBucket } from './peopleBucket.js';
import { PeopleSync } from './peopleSync.js';
import type { LocalFolder } from './personSync.js';
import { PhotoObjects } from './photoObjects.js';
import { Roll } from './roll.js';
import { type OutcomeHost, type PhotoOutcome, SharedEmbeddings } from './sharedEmbeddings.js';
import { SyncBase } from './syncBase.js';
import { UnusedPhotos, type UnusedPhotosRoom } from './unusedPhotos.js';

/** Whose watch list it is, and what it works with. */
export interface WatchListOptions {
  /** `cluster.node`, or the host name. */
  node: string;
  /** Folder for what is remembered between two starts. */
  data: string;
  folder: LocalFolder;
  outcomes: OutcomeHost;
  forgetting: ForgetHost;
  log: { info: (text: string) => void; warn: (text: string) => void };
}

/** What {@link WatchList.join} has made. */
interface Room extends UnusedPhotosRoom {
  bucketId: string;
  forgotten: ForgottenPeople;
  sync: PeopleSync;
  roll: Roll;
  catchUp: CatchUp;
}

/** How long nodes that are there have to erase somebody before they are reported as not done, ms. */
const ACKNOWLEDGED_MS = 5000;
const LOOK_MS = 50;

/** One watch list for all nodes: people, photos and what was worked out of them; and people who are forgotten everywhere. */
export class WatchList implements ClusterPart {
  readonly #options: WatchListOptions;
  readonly #base: SyncBase;
  readonly #state: ForgetState;
  /** Forgetting is done one by one, and nothing is synchronised meanwhile. */
  readonly #serial = new Serial();
  /** Tombstones that this node has set itself. */
  readonly #own = new Set<number>();
  /** Keys of people who are being forgotten here. */
  readonly #leaving = new Set<string>();
  #room: Room | null = null;
  #isReady = false;
  #unused: UnusedPhotos | null = null;

  constructor(options: WatchListOptions) {
    this.#options = options;
    this.#base = new SyncBase(options.data);
    this.#state = new ForgetState(options.data);
  }

  async join(joined: Joined): Promise<void> {
    const { folder, outcomes, forgetting: host, log } = this.#options;
    const { store, sealer, link, names, membership } = joined;
    const bucket = new PeopleBucket(joined, (personKey) => this.#noteChange(personKey));
    const photos = new PhotoObjects(store.photos, names.photos, link, sealer);
    const embeddings = new SharedEmbeddings(joined, outcomes);
    const shared = { bucket, photos, embeddings };
    const room: Room = {
      ...{ joined, ...shared, bucketId: '', roll: new Roll(joined) },
      forgotten: new ForgottenPeople({ joined, ...shared, state: this.#state, host }),
      sync: new PeopleSync({ folder, base: this.#base, ...shared, sealer, log, held: () => this.#held }),
      catchUp: new CatchUp({
        work: () => this.#serial.run(() => this.#open(room).then(() => this.#catchUp(room))),
        onLost: () => void room.sync.pause(),
        onCurrent: () => this.#resume(room),
        warn: (text) => log.warn(`watch list: ${text}`),
      }),
    };
    membership.contribute('forgotten', () => this.#state.doneIn(room.bucketId));
    await this.#open(room);
    this.#room = room;
    void room.catchUp.follow(link.connection);
    await room.catchUp.first(() => this.#serial.run(() => this.#catchUp(room)));
    this.#unused = new UnusedPhotos(room);
    this.#unused.start();
  }

  async leave(): Promise<void> {
    this.#unused?.stop();
    const room = this.#room;
    this.#room = null;
    room?.catchUp.end();
    room?.bucket.close();
    await this.#serial.idle();
    await room?.sync.pause();
  }

  /**
   * Whether this node has erased everybody who was forgotten while it was away. False from when it loses the link until then: it
   * must neither watch nor publish.
   */
  get isCurrent(): boolean {
    return this.#room?.catchUp.isCurrent ?? false;
  }

  /** Names of the files that this node and the others last had in common, relative to the gallery. */
  get fileNames(): string[] {
    return this.#base.names;
  }

  /** Whether somebody was forgotten, and not added again since. */
  isForgotten(person: string): boolean {
    const room = this.#room;
    if (!room) return false;
    const key = room.sync.keyOf(person);
    const revision = room.bucket.tombstones.get(key);
    const since = room.bucket.people.get(key)?.revision ?? 0;
    return this.#leaving.has(key) || (revision !== undefined && since < revision);
  }

  /** Erases a message of the stream of events; never rejects. */
  eraseEvent(seq: number): void {
    void this.#room?.forgotten.eraseEvents([seq]).catch(() => {
      // Every other node that reads it erases it too.
    });
  }

  /** An engine is ready, which can take results: files are exchanged from now on. */
  engineReady(): void {
    this.#isReady = true;
    if (this.#room) this.#resume(this.#room);
  }

  /** The gallery has changed, or may have. @param people whose files; default: anybody's */
  noteFolder(people: readonly string[] | null = null): void {
    const sync = this.#isReady ? this.#room?.sync : undefined;
    if (people === null) sync?.noteFolder();
    else for (const person of people) sync?.noteRecord(sync.keyOf(person));
  }

  /** The engine has worked out photos; never rejects. */
  async noteOutcomes(outcomes: readonly PhotoOutcome[]): Promise<void> {
    try {
      await this.#room?.embeddings.put(outcomes);
    } catch {
      // The other nodes work them out themselves.
    }
  }

  /**
   * Forgets a person on every node.
   *
   * @param personKey see {@link Sealer.personKey}
   * @param spellings all names of the person that are known here
   * @param eraseHere erases the person on this node
   * @returns the nodes that have still to do so; null: none has heard of it yet, because NATS is away
   * @throws what `eraseHere` throws; no other node hears of it then
   */
  async forget(
    personKey: string,
    spellings: readonly string[],
    eraseHere: () => Promise<void>,
  ): Promise<string[] | null> {
    const revision = await this.#serial.run(async () => {
      const room = this.#room;
      this.#leaving.add(personKey);
      const events = spellings.flatMap((name) => this.#options.forgetting.eventsOf(name));
      await room?.sync.pause();
      try {
        this.#state.add({ person: personKey, isErased: false, events });
        this.#base.forget(personKey);
        this.#base.write();
        await eraseHere().catch((error: unknown) => {
          this.#state.remove(personKey);
          throw error;
        });
        this.#state.add({ person: personKey, isErased: await this.#isGalleryThere(), events });
        return room && (await this.#publish(room).catch(() => null));
      } finally {
        this.#leaving.delete(personKey);
        if (room) this.#resume(room);
      }
    });
    const room = this.#room;
    if (!room || typeof revision !== 'number') return null;
    return this.#waitingFor(room, revision);
  }

  /** @throws an error of the client */
  async #open(room: Room): Promise<void> {
    await room.bucket.open();
    const state = await room.bucket.state();
    room.bucketId = state.id;
    this.#base.open(state);
  }

  /** People whose tombstones this node is not done with, by key. */
  get #held(): Set<string> {
    const room = this.#room;
    return new Set(room?.forgotten.due(room.bucketId).map(({ personKey }) => personKey));
  }

  async #isGalleryThere(): Promise<boolean> {
    const look = await this.#options.folder.look(() => false).catch(() => null);
    return look !== null && !this.#base.isUnmounted(look);
  }

  #noteChange(personKey: string): void {
    const room = this.#room;
    if (!room) return;
    if (room.forgotten.due(room.bucketId).length === 0) room.sync.noteRecord(personKey);
    else
      void this.#serial.run(() => this.#catchUp(room).catch((error: unknown) => room.catchUp.later(error)));
  }

  /** Follows the tombstones that are due, and sets those that no other node knows of yet. */
  async #catchUp(room: Room): Promise<void> {
    const { forgotten, roll, sync, joined, bucketId } = room;
    const due = forgotten.due(bucketId);
    if (due.length > 0 || this.#state.pending.length > 0) await sync.pause();
    try {
      await this.#followAll(room, due);
      await this.#publish(room);
    } finally {
      this.#resume(room);
    }
    await roll.sign(this.#options.node, this.#state.doneIn(bucketId));
    await joined.membership.report();
  }

  async #followAll(
    { forgotten, bucketId }: Room,
    due: { personKey: string; revision: number }[],
  ): Promise<void> {
    for (const { personKey, revision } of due) {
      if (!this.#own.has(revision)) {
        await forgotten.follow(personKey, () => {
          this.#base.forget(personKey);
          this.#base.write();
        });
        await forgotten.eraseShared(personKey, revision);
        if (!(await this.#isGalleryThere()))
          throw new SpotterError(
            'gallery.not_found',
            'the gallery cannot be read, so people who were forgotten may be in it',
          );
      }
      this.#state.noteDone(bucketId, revision);
    }
  }

  /** Sets the tombstones that are pending. @returns the revision of the last one; null without any */
  async #publish({ forgotten, bucket }: Room): Promise<number | null> {
    let last: number | null = null;
    for (const one of this.#state.pending) {
      last = await forgotten.publish(one);
      // Where this node is not done itself, it follows as the others do.
      if (one.isErased) this.#own.add(last);
      bucket.noteTombstone(one.person, last);
      this.#state.remove(one.person);
    }
    return last;
  }

  /** Nodes that are not done with a tombstone, once those that are there have had time. */
  async #waitingFor(room: Room, revision: number): Promise<string[]> {
    const { joined, roll } = room;
    await this.#serial.run(() => this.#catchUp(room)).catch(() => {});
    const endMs = monotonicMs() + ACKNOWLEDGED_MS;
    const isDone = () => joined.membership.others.every(({ forgotten }) => (forgotten ?? 0) >= revision);
    while (!isDone() && monotonicMs() < endMs) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const waiting = await roll
      .waitingFor(revision)
      .catch(() => joined.membership.others.map(({ node }) => node));
    return waiting.filter((node) => node !== this.#options.node);
  }

  /** Exchanges files, unless somebody may have been forgotten of whom this node does not know yet. */
  #resume(room: Room): void {
    if (this.#isReady && this.#room === room && room.catchUp.isCurrent) room.sync.resume();
  }
}
