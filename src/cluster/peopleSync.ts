import { describeError, SpotterError } from '../core/errors.js';
import { inParallel } from '../core/inParallel.js';
import { plural } from '../core/plural.js';
import { restorePhotos } from './lostPhotos.js';
import { describeFault } from './natsFaults.js';
import {
  type LocalFile,
  type LocalLook,
  PersonSync,
  type PersonSyncParts,
  type Synced,
} from './personSync.js';
import type { Sealer } from './sealer.js';

/** What is synchronised, and where that is reported. */
export interface PeopleSyncOptions extends Omit<PersonSyncParts, 'onTrouble'> {
  sealer: Sealer;
  /** People who are still to be erased here, by key: nothing of them is exchanged. */
  held: () => ReadonlySet<string>;
  log: { info: (text: string) => void; warn: (text: string) => void };
}

const PEOPLE_AT_A_TIME = 4;
/** How often the whole folder is looked at without a sign, ms, if that takes no more than a twentieth of the time. */
const FULL_MS = 10_000;
const SHARE = 20;
const RETRY_MS = 2000;
/** What has changed while it was exchanged, or is called otherwise now, is looked at again after this, ms. */
const AGAIN_MS = 300;
/** How long a folder that cannot be written is left alone, ms. */
const UNWRITABLE_MS = 30_000;

/**
 * Keeps the gallery's folder and the records of the cluster the same. What has changed in the bucket is known by person; what has
 * changed in the folder is found by looking at it, when something says so and every now and then.
 */
export class PeopleSync {
  readonly #options: PeopleSyncOptions;
  readonly #person: PersonSync;
  readonly #keys = new Map<string, string>();
  /** Whose records or files have changed. */
  #changed = new Set<string>();
  #isAllDue = true;
  /** When everybody is looked at again without a sign, monotonic ms. A look at some does not put it off. */
  #allDueMs = Number.POSITIVE_INFINITY;
  /** Whether photos may have gone from the servers. */
  #mayHaveLost = true;
  #isRunning = false;
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #unwritableUntilMs = 0;
  #logged = new Set<string>();

  constructor(options: PeopleSyncOptions) {
    this.#options = options;
    this.#person = new PersonSync({ ...options, onTrouble: (sentence) => this.#warnOnce(sentence) });
  }

  /** The folder may have changed anywhere: looks at all of it soon. */
  noteFolder(): void {
    this.#isAllDue = true;
    this.#begin();
  }

  /** The record of a person has changed, or the person's files. */
  noteRecord(personKey: string): void {
    this.#changed.add(personKey);
    this.#begin();
  }

  /** Resolves when nothing runs any more, and begins nothing until {@link resume}. */
  async pause(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** Goes on, or begins. */
  resume(): void {
    this.#isStopped = false;
    this.#mayHaveLost = true;
    this.noteFolder();
  }

  /** Key of a person, worked out once. */
  keyOf(person: string): string {
    const key = this.#keys.get(person) ?? this.#options.sealer.personKey(person);
    this.#keys.set(person, key);
    return key;
  }

  #begin(afterMs = 0): void {
    if (this.#isRunning || this.#isStopped) return;
    clearTimeout(this.#timer);
    if (afterMs > 0) {
      this.#timer = setTimeout(() => this.noteFolder(), afterMs);
      return;
    }
    this.#isRunning = true;
    if (this.#isAllDue) this.#allDueMs = Number.POSITIVE_INFINITY;
    this.#running = this.#run().then((nextMs) => {
      this.#isRunning = false;
      this.#allDueMs = Math.min(this.#allDueMs, performance.now() + nextMs);
      if (this.#isStopped) return;
      const isDue = this.#isAllDue || this.#changed.size > 0;
      this.#begin(isDue ? 0 : Math.max(1, this.#allDueMs - performance.now()));
    });
  }

  /** @returns when to look at everything again, ms from now */
  async #run(): Promise<number> {
    const startMs = performance.now();
    const { base } = this.#options;
    const changed = this.#isAllDue ? null : this.#changed;
    this.#isAllDue = false;
    this.#changed = new Set();
    try {
      const nextMs = await this.#pass(changed);
      const fullMs = Math.max(FULL_MS, (performance.now() - startMs) * SHARE);
      this.#logged.delete('retry');
      return nextMs ?? fullMs;
    } catch (error) {
      if (error instanceof SpotterError && error.code === 'gallery.not_found') return FULL_MS;
      if (!this.#isStopped) this.#warnOnce(`trying again: ${describeFault(error)}`, 'retry');
      return RETRY_MS;
    } finally {
      this.#tryWrite(base);
    }
  }

  /** @param changed whose records or files have changed; null: looks at everybody @returns when to look again, ms from now; null: when due */
  async #pass(changed: ReadonlySet<string> | null): Promise<number | null> {
    const { folder, base, bucket, log } = this.#options;
    const look = await folder.look(changed && ((person) => changed.has(this.keyOf(person))));
    // An empty mount point of a share that is not there.
    if (base.isUnmounted(look)) return null;
    base.noteFolder({ identity: look.identity, isMount: look.isMount });
    const local = this.#byPerson(look);
    const everybody = changed ?? new Set([...local.keys(), ...bucket.people.keys(), ...base.keys]);
    const names = new Map([...look.files].map(([name, { sha256 }]) => [sha256, name]));
    const sum = { received: 0, removed: 0, sent: 0 };
    let isOpen = false;
    const held = this.#options.held();
    await inParallel(everybody, PEOPLE_AT_A_TIME, async (personKey) => {
      if (this.#isStopped || held.has(personKey)) return;
      const own = local.get(personKey) ?? new Map<string, LocalFile>();
      const done = await this.#sync(personKey, own, look, (sha256) => names.get(sha256));
      for (const key of ['received', 'removed', 'sent'] as const) sum[key] += done[key];
      isOpen ||= done.isOpen;
      base.noteRevision(bucket.people.get(personKey)?.revision ?? 0);
    });
    if (changed === null && this.#mayHaveLost) {
      const restored = await restorePhotos(this.#options, look);
      this.#mayHaveLost = false;
      if (restored > 0) log.info(`watch list: ${plural(restored, 'photo')} stored again that NATS had lost`);
    }
    const { received, removed, sent } = sum;
    if (received + removed + sent > 0)
      log.info(
        `watch list: ${plural(received, 'file')} received, ${plural(removed, 'file')} removed, ${plural(sent, 'change')} sent`,
      );
    return isOpen ? AGAIN_MS : look.againMs;
  }

  /** A folder that cannot be written keeps nothing from being sent. */
  async #sync(
    personKey: string,
    own: ReadonlyMap<string, LocalFile>,
    look: LocalLook,
    whereIs: (sha256: string) => string | undefined,
  ): Promise<Synced> {
    const mayWrite = performance.now() >= this.#unwritableUntilMs;
    try {
      const done = await this.#person.run(personKey, own, look, whereIs, mayWrite);
      if (done.received > 0) this.#logged.delete('unwritable');
      return done;
    } catch (error) {
      if (!(error instanceof SpotterError) || error.code !== 'gallery.unwritable') throw error;
      this.#unwritableUntilMs = performance.now() + UNWRITABLE_MS;
      this.#warnOnce(`photos of other nodes are not stored here: ${error.message}`, 'unwritable');
      return { received: 0, removed: 0, sent: 0, isOpen: false };
    }
  }

  #byPerson({ files }: LocalLook): Map<string, Map<string, LocalFile>> {
    const people = new Map<string, Map<string, LocalFile>>();
    for (const [name, file] of files) {
      const key = this.keyOf(file.person);
      const own = people.get(key) ?? new Map<string, LocalFile>();
      people.set(key, own.set(name, file));
    }
    return people;
  }

  #tryWrite(base: PeopleSyncOptions['base']): void {
    try {
      base.write();
    } catch (error) {
      this.#warnOnce(`cannot write what this node has in common with the others: ${describeError(error)}`);
    }
  }

  /** @param about what is reported once until it has passed */
  #warnOnce(sentence: string, about = sentence): void {
    if (this.#logged.has(about)) return;
    this.#logged.add(about);
    this.#options.log.warn(`watch list: ${sentence}`);
  }
}
