import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';
import { describeError } from '../core/errors.js';
import type { GalleryChange, Refreshed } from './change.js';
import { FileGuard } from './fileGuard.js';
import { folderIdentity } from './folder.js';
import { dateOf } from './person.js';

/** Which folder to watch, and what to call. */
export interface GalleryWatchOptions {
  folder: string;
  /** Of the gallery; default: one of its own. */
  guard?: FileGuard;
  /** Reads the gallery again: at these absolute paths only, or anywhere with null. See {@link Gallery.refresh}. */
  refresh: (paths: ReadonlySet<string> | null, signal: AbortSignal) => Promise<Refreshed>;
  /** Called when the gallery has changed, and, perhaps with null, when the folder has gone away or come back. */
  onChange: (change: GalleryChange | null) => void;
  /** Receives one sentence when a refresh fails. */
  onWarning: (message: string) => void;
  /** The current time, which decides whose last day is over; default the system's. */
  now?: () => Date;
  /** How often to check whether the folder is still the same, ms; default 2000. */
  checkMs?: number;
}

/** Delay after the first sign of a change, ms: others follow at once. */
const SOON_MS = 50;
const CHECK_MS = 2000;
/** How often everything is read without a sign, ms: signs get lost. */
const FULL_MS = 30_000;
/** Reading everything may take up this part of the time. */
const SHARE = 0.1;
/** Folders to watch; a larger gallery is read periodically. */
const MAX_WATCHES = 5000;
/** Types of file systems that change without a sign here: NFS, SMB, CIFS, SMB2, FUSE, 9P, AFS, Ceph. */
const REMOTE = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0x5346414f, 0x00c36400,
]);

/**
 * Keeps a gallery up to date. A file system event is only a sign that something may have changed; what has changed is read
 * from the folder. So it does not matter which events come, in which order, or whether any do: a folder that is removed and
 * put back, a link that points elsewhere and a network drive are all handled alike.
 */
export class GalleryWatch {
  readonly #options: GalleryWatchOptions;
  readonly #guard: FileGuard;
  readonly #stopping = new AbortController();
  /** By folder; null where the system cannot watch it. */
  readonly #watchers = new Map<string, { identity: string; watcher: FSWatcher | null }>();
  #timer: NodeJS.Timeout | undefined;
  #dueMs = Number.POSITIVE_INFINITY;
  #refreshing: Promise<void> | undefined;
  /** When everything is read without a sign. */
  #fullAtMs = 0;
  /** Paths with a sign of a change; null: anywhere. */
  #signs: Set<string> | null = null;
  /** Identity of the folder, and the date, at the last refresh. */
  #identity = '';

  constructor(options: GalleryWatchOptions) {
    this.#options = options;
    this.#guard = options.guard ?? new FileGuard(options);
  }

  /** Refreshes at once: something may have changed since the gallery was read. */
  start(): void {
    this.#soon(0);
  }

  /** Resolves when no refresh is under way any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    for (const { watcher } of this.#watchers.values()) watcher?.close();
    this.#watchers.clear();
    await this.#refreshing;
  }

  /** Never later than planned already: a folder that changes all the time would put it off for ever. */
  #soon(ms: number): void {
    const dueMs = performance.now() + ms;
    if (this.#stopping.signal.aborted || dueMs >= this.#dueMs) return;
    this.#dueMs = dueMs;
    clearTimeout(this.#timer);
    if (!this.#refreshing) this.#timer = setTimeout(() => this.#begin(), ms);
  }

  #begin(): void {
    this.#dueMs = Number.POSITIVE_INFINITY;
    this.#refreshing = this.#refresh().finally(() => {
      this.#refreshing = undefined;
      const dueMs = Math.min(this.#dueMs, performance.now() + (this.#options.checkMs ?? CHECK_MS));
      this.#dueMs = Number.POSITIVE_INFINITY;
      this.#soon(Math.max(0, dueMs - performance.now()));
    });
  }

  async #refresh(): Promise<void> {
    const { folder, refresh, onChange, onWarning, now } = this.#options;
    const { signal } = this.#stopping;
    try {
      const ownIdentity = await this.#guard
        .attempt((files) => folderIdentity(folder, files), signal)
        .catch(() => '');
      const identity = `${ownIdentity} ${dateOf(now?.() ?? new Date())}`;
      const startMs = performance.now();
      const isQuiet = identity === this.#identity && startMs < this.#fullAtMs;
      if (isQuiet && this.#signs?.size === 0) return;
      const paths = isQuiet ? this.#signs : null;
      this.#identity = identity;
      this.#signs = new Set();
      const { change, awayChanged, folders, againMs } = await refresh(paths, signal);
      if (signal.aborted) return;
      if (change || awayChanged) onChange(change);
      const isSigned = this.#watchAll(folders) && !(await this.#isRemote());
      const endMs = performance.now();
      const restMs = (endMs - startMs) / SHARE;
      if (paths === null || !isSigned) this.#fullAtMs = endMs + Math.max(isSigned ? FULL_MS : 0, restMs);
      // Files that have not settled are read again.
      if (againMs !== null) this.#sign(paths, Math.max(againMs, SOON_MS));
    } catch (error) {
      if (signal.aborted) return;
      onWarning(`cannot refresh the gallery, keeping the people known so far: ${describeError(error)}`);
      this.#fullAtMs = performance.now() + FULL_MS;
    }
  }

  /** Something may have changed at these places, or anywhere. */
  #sign(paths: Iterable<string> | null, afterMs = SOON_MS): void {
    if (paths === null) this.#signs = null;
    else for (const place of paths) this.#signs?.add(place);
    this.#soon(afterMs);
  }

  /**
   * Watches exactly these folders, and the one that the gallery is in; with null those watched before, because beginning to
   * watch a folder that does not answer would block this process.
   *
   * @returns whether every change will give a sign
   */
  #watchAll(folders: ReadonlyMap<string, string> | null): boolean {
    if (folders === null) return false;
    const above = path.dirname(path.resolve(this.#options.folder));
    const wanted = new Map([...folders].slice(0, MAX_WATCHES)).set(above, folders.get(above) ?? '');
    for (const [name, { identity, watcher }] of this.#watchers) {
      if (wanted.get(name) === identity) continue;
      watcher?.close();
      this.#watchers.delete(name);
    }
    for (const [name, identity] of wanted) {
      if (this.#watchers.has(name)) continue;
      this.#watchers.set(name, { identity, watcher: this.#watchFolder(name, name === above) });
      // Changes before the watch gave no sign.
      this.#sign([name]);
    }
    const isWatched =
      folders.size <= MAX_WATCHES && [...this.#watchers.values()].every(({ watcher }) => watcher);
    return folders.size > 0 && isWatched;
  }

  /** null when no watch is left, or on a file system without them: the folder is then read periodically. */
  #watchFolder(folder: string, isAbove: boolean): FSWatcher | null {
    const own = path.basename(this.#options.folder);
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        // The gallery's neighbours do not matter.
        if (isAbove ? name === null || name === own : name === null) this.#sign(null);
        else if (!isAbove) this.#sign([folder, path.join(folder, name as string)]);
      });
      return watcher.on('error', () => {
        watcher.close();
        // From here on this folder is read periodically.
        const entry = this.#watchers.get(folder);
        if (entry?.watcher === watcher) entry.watcher = null;
      });
    } catch {
      return null;
    }
  }

  async #isRemote(): Promise<boolean> {
    const type = await this.#guard.attempt((files) => files.typeOf(this.#options.folder)).catch(() => null);
    return type === null || REMOTE.has(type);
  }
}
