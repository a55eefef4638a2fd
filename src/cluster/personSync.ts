import { SpotterError } from '../core/errors.js';
import { inParallel } from '../core/inParallel.js';
import { isIdle, type MergePlan, mergeFiles } from './fileMerge.js';
import type { PeopleBucket, StoredPerson } from './peopleBucket.js';
import type { PhotoObjects } from './photoObjects.js';
import type { SharedEmbeddings } from './sharedEmbeddings.js';
import { spellingMoves } from './spellingMoves.js';
import type { SyncBase } from './syncBase.js';

/** A file of a person in the gallery's folder. */
export interface LocalFile {
  person: string;
  sha256: string;
  bytes: number;
}

/** The gallery's folder at one moment. */
export interface LocalLook {
  /** Changes when another folder takes the place of this one. */
  identity: string;
  /** Whether a file system is mounted here. */
  isMount: boolean;
  /** By name, relative to the gallery, with forward slashes. */
  files: ReadonlyMap<string, LocalFile>;
  /** Whether it is uncertain what a file contains, or whether it is there. */
  isUnknown: (name: string) => boolean;
  /** When to look again, ms from now; null: when something changes. */
  againMs: number | null;
}

/** The gallery's folder of this node. What changes it is false, and does nothing, when a file is not as expected (SHA-256; null: missing). */
export interface LocalFolder {
  /** @param isWanted people of whom anything may have changed; null: everybody @throws SpotterError gallery.not_found */
  look(isWanted: ((person: string) => boolean) | null): Promise<LocalLook>;
  read(name: string): Promise<Uint8Array | null>;
  /** @throws SpotterError gallery.unwritable, usage */
  write(name: string, content: Uint8Array, expected: string | null): Promise<boolean>;
  move(name: string, to: string, expected: string): Promise<boolean>;
  remove(name: string, expected: string): Promise<boolean>;
}

/** What a person is synchronised with. */
export interface PersonSyncParts {
  folder: LocalFolder;
  base: SyncBase;
  bucket: PeopleBucket;
  photos: PhotoObjects;
  embeddings: SharedEmbeddings;
  /** Receives one sentence for what stays as it is. */
  onTrouble: (sentence: string) => void;
}

/** What was done for a person. */
export interface Synced {
  received: number;
  removed: number;
  sent: number;
  /** The folder has changed in a way that is to be looked at again. */
  isOpen: boolean;
}

/** A file of the folder by its SHA-256. */
type WhereIs = (sha256: string) => string | undefined;

const TRANSFERS = 4;
const ATTEMPTS = 5;

/** Makes folder and record of one person the same; see {@link mergeFiles}. */
export class PersonSync {
  readonly #parts: PersonSyncParts;

  constructor(parts: PersonSyncParts) {
    this.#parts = parts;
  }

  /**
   * @param own the person's files in the folder
   * @param look the whole folder
   * @param whereIs a file of the folder by its content
   * @param mayWrite whether the folder is changed
   * @throws SpotterError gallery.unwritable; an error of the client
   */
  async run(
    personKey: string,
    own: ReadonlyMap<string, LocalFile>,
    look: LocalLook,
    whereIs: WhereIs,
    mayWrite: boolean,
  ): Promise<Synced> {
    const { bucket, base } = this.#parts;
    const done: Synced = { received: 0, removed: 0, sent: 0, isOpen: false };
    const local = new Map([...own].map(([name, { sha256 }]) => [name, sha256]));
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const known = bucket.people.get(personKey);
      // What NATS has lost is sent again, and not removed here.
      if (bucket.isLost(personKey)) base.forget(personKey);
      const files = known?.record.files ?? {};
      const plan = mergeFiles({
        local,
        shared: new Map(Object.entries(files).map(([name, { sha256 }]) => [name, sha256])),
        base: base.filesOf(personKey),
        isUnknown: look.isUnknown,
      });
      for (const { name, sha256 } of plan.agreed) base.agree(personKey, name, sha256);
      if (isIdle(plan)) return mayWrite ? { ...done, isOpen: await this.#unite(own) } : done;
      if (!(await this.#send(personKey, known, plan, own, done))) continue;
      if (mayWrite) await this.#receive(personKey, plan, local, whereIs, done);
      return done;
    }
    return { ...done, isOpen: true };
  }

  /** Puts everything into one folder; the record follows. Only once all of it is in both. @returns whether anything has moved */
  async #unite(own: ReadonlyMap<string, LocalFile>): Promise<boolean> {
    const { folder, onTrouble } = this.#parts;
    let hasMoved = false;
    for (const { name, to, sha256 } of spellingMoves(own))
      await this.#attempt(async () => {
        const isDone = to === null ? await folder.remove(name, sha256) : await folder.move(name, to, sha256);
        if (!isDone) return;
        hasMoved = true;
        const now = to === null ? 'is removed, as it is there twice' : `is now ${to}`;
        onTrouble(`${name} belongs to a person whose name is spelled otherwise too; it ${now}`);
      });
    return hasMoved;
  }

  /** Brings the record up to date. @returns false when somebody else has changed it meanwhile */
  async #send(
    personKey: string,
    known: StoredPerson | undefined,
    { upload, drop }: MergePlan,
    own: ReadonlyMap<string, LocalFile>,
    done: Synced,
  ): Promise<boolean> {
    if (upload.length + drop.length === 0) return true;
    const { bucket, base, folder, photos, embeddings } = this.#parts;
    const files = { ...known?.record.files };
    for (const name of drop) delete files[name];
    const sent = new Map<string, LocalFile>();
    for (const name of upload) {
      const file = own.get(name);
      if (file) sent.set(name, file);
    }
    await embeddings.share([...new Set([...sent.values()].map(({ sha256 }) => sha256))]);
    await inParallel([...sent], TRANSFERS, async ([name, { sha256 }]) => {
      if (await photos.put(sha256, () => folder.read(name))) return;
      sent.delete(name);
      done.isOpen = true;
    });
    for (const [name, { sha256, bytes }] of sent) files[name] = { sha256, bytes };
    const [first] = own.values();
    const name = known?.record.name ?? first?.person ?? '';
    if (!(await bucket.store(personKey, { name, files }, known))) return false;
    for (const [name, { sha256 }] of sent) base.agree(personKey, name, sha256);
    for (const name of drop) base.agree(personKey, name, null);
    done.sent += sent.size + drop.length;
    return true;
  }

  /** Brings the folder up to date. */
  async #receive(
    personKey: string,
    { write, remove, conflicts }: MergePlan,
    local: ReadonlyMap<string, string>,
    whereIs: WhereIs,
    done: Synced,
  ): Promise<void> {
    const { base, folder, embeddings, onTrouble } = this.#parts;
    const wanted = [...write, ...conflicts];
    await embeddings.fetch([...new Set(wanted.map(({ sha256 }) => sha256))]);
    await inParallel(conflicts, 1, ({ name, to, sha256 }) =>
      this.#attempt(async () => {
        const content = await this.#contentOf(sha256, whereIs);
        const mine = local.get(name) ?? '';
        done.isOpen = true;
        if (!content || !(await folder.move(name, to, mine))) return;
        if (await folder.write(name, content, null)) base.agree(personKey, name, sha256);
        done.received++;
        onTrouble(`${name} was changed on two nodes at once; the one of this node is now ${to}`);
      }),
    );
    await inParallel(write, TRANSFERS, ({ name, sha256 }) =>
      this.#attempt(async () => {
        const content = await this.#contentOf(sha256, whereIs);
        if (!content) return onTrouble(`${name} is not stored in the cluster yet; trying again`);
        const isWritten = await folder.write(name, content, local.get(name) ?? null);
        if (isWritten) base.agree(personKey, name, sha256);
        if (isWritten) done.received++;
        else done.isOpen = true;
      }),
    );
    await inParallel(remove, 1, (name) =>
      this.#attempt(async () => {
        const isRemoved = await folder.remove(name, local.get(name) ?? '');
        if (isRemoved) base.agree(personKey, name, null);
        if (isRemoved) done.removed++;
        else done.isOpen = true;
      }),
    );
  }

  /** Does something that a link in the folder may forbid, which is reported. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof SpotterError) || error.code !== 'usage') throw error;
      this.#parts.onTrouble(error.message);
    }
  }

  /** A photo by its content: that of the folder under another name, as after a move, or that of the cluster. */
  async #contentOf(sha256: string, whereIs: WhereIs): Promise<Uint8Array | null> {
    const { folder, photos } = this.#parts;
    const name = whereIs(sha256);
    const content = name === undefined ? null : await folder.read(name);
    return content && photos.hashOf(content) === sha256 ? content : photos.get(sha256);
  }
}
