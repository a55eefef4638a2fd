import { type FSWatcher, watch } from 'node:fs';
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { describeError } from '../core/errors.js';
import type { GalleryChange } from './change.js';
import { glanceAt } from './folder.js';
import type { Refreshed } from './gallery.js';
import { dateOf } from './person.js';

export interface WatchGalleryOptions {
  folder: string;
  /** Looks at the gallery; at some places only, where the others cannot have changed. */
  refresh: (paths: ReadonlySet<string> | null, signal: AbortSignal) => Promise<Refreshed>;
  /** Told when it has changed, or when the folder has gone away or come back: then the change may be null. */
  onChange: (change: GalleryChange | null) => void;
  onWarning: (message: string) => void;
  /** The time, for the days on which people's time is over. */
  now?: () => Date;
  /** How often the folder is glanced at, ms; a tenth of the machine at most where it has to be read whole. */
  glanceMs?: number;
}

/** After the first sign of a change, ms: others follow at once. */
const SOON_MS = 50;
const GLANCE_MS = 2000;
/** However quiet it is, ms: signs get lost. */
const WHOLE_MS = 30_000;
/** A look may take up this part of the time. */
const SHARE = 0.1;
/** Folders that are watched; a larger gallery is looked at now and then. */
const MAX_WATCHES = 5000;
/** Kinds of file systems that change without a sign here: NFS, SMB, CIFS, SMB2, FUSE, 9P, AFS, Ceph. */
const REMOTE = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0x5346414f, 0x00c36400,
]);

/**
 * Keeps looking at a gallery while it may change. What the system tells of its folders is only a reason to look: the
 * truth is what is there then. So it does not matter which signs come, in which order, or whether any do: a folder that
 * is removed and put back, a link that points elsewhere and a network drive are all the same.
 */
export class GalleryWatch {
  readonly #options: WatchGalleryOptions;
  readonly #stopping = new AbortController();
  /** By folder; null where the system cannot watch it. */
  readonly #watchers = new Map<string, { identity: string; watcher: FSWatcher | null }>();
  #timer: NodeJS.Timeout | undefined;
  #dueMs = Number.POSITIVE_INFINITY;
  #looking: Promise<void> | undefined;
  /** When everything is looked at however quiet it is. */
  #wholeAtMs = 0;
  /** Where there was a sign of a change; null: anywhere. */
  #signs: Set<string> | null = null;
  #glance = '';

  constructor(options: WatchGalleryOptions) {
    this.#options = options;
  }

  /** Looks at once: something may have changed since the gallery was read. */
  start(): void {
    this.#soon(0);
  }

  /** Resolves when no look is under way any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    for (const { watcher } of this.#watchers.values()) watcher?.close();
    this.#watchers.clear();
    await this.#looking;
  }

  /** Sooner, never later: a neighbour that changes all the time would put it off for ever. */
  #soon(ms: number): void {
    const dueMs = performance.now() + ms;
    if (this.#stopping.signal.aborted || dueMs >= this.#dueMs) return;
    this.#dueMs = dueMs;
    clearTimeout(this.#timer);
    if (!this.#looking) this.#timer = setTimeout(() => this.#begin(), ms);
  }

  #begin(): void {
    this.#dueMs = Number.POSITIVE_INFINITY;
    this.#looking = this.#look().finally(() => {
      this.#looking = undefined;
      const dueMs = Math.min(this.#dueMs, performance.now() + (this.#options.glanceMs ?? GLANCE_MS));
      this.#dueMs = Number.POSITIVE_INFINITY;
      this.#soon(Math.max(0, dueMs - performance.now()));
    });
  }

  async #look(): Promise<void> {
    const { folder, refresh, onChange, onWarning, now } = this.#options;
    const { signal } = this.#stopping;
    try {
      const glance = `${await glanceAt(folder)} ${dateOf(now?.() ?? new Date())}`;
      const startMs = performance.now();
      const isQuiet = glance === this.#glance && startMs < this.#wholeAtMs;
      if (isQuiet && this.#signs?.size === 0) return;
      const paths = isQuiet ? this.#signs : null;
      this.#glance = glance;
      this.#signs = new Set();
      const { change, turned, folders, againMs } = await refresh(paths, signal);
      if (signal.aborted) return;
      if (change || turned) onChange(change);
      const isLogged = this.#watchAll(folders) && !(await isRemote(folder));
      const endMs = performance.now();
      const restMs = (endMs - startMs) / SHARE;
      if (paths === null || !isLogged) this.#wholeAtMs = endMs + Math.max(isLogged ? WHOLE_MS : 0, restMs);
      // What has not settled is looked at again.
      if (againMs !== null) this.#sign(paths, Math.max(againMs, SOON_MS));
    } catch (error) {
      if (signal.aborted) return;
      onWarning(`the gallery cannot be read again, the people known so far stay: ${describeError(error)}`);
      this.#wholeAtMs = performance.now() + WHOLE_MS;
    }
  }

  /** Something may have changed at these places, or anywhere. */
  #sign(paths: Iterable<string> | null, afterMs = SOON_MS): void {
    if (paths === null) this.#signs = null;
    else for (const place of paths) this.#signs?.add(place);
    this.#soon(afterMs);
  }

  /** Watches exactly these folders, and the one that the gallery is in. @returns whether every change will show */
  #watchAll(folders: ReadonlyMap<string, string>): boolean {
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
      // What came before the watch did not show.
      this.#sign([name]);
    }
    const isWatched =
      folders.size <= MAX_WATCHES && [...this.#watchers.values()].every(({ watcher }) => watcher);
    return folders.size > 0 && isWatched;
  }

  /** null when out of watches, or on a file system without them: looking now and then will do. */
  #watchFolder(folder: string, isAbove: boolean): FSWatcher | null {
    const own = path.basename(this.#options.folder);
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        // The gallery's neighbours are none of our business.
        if (isAbove ? name === null || name === own : name === null) this.#sign(null);
        else if (!isAbove) this.#sign([folder, path.join(folder, name as string)]);
      });
      return watcher.on('error', () => {
        watcher.close();
        // From here on this folder has to be looked at now and then.
        const entry = this.#watchers.get(folder);
        if (entry?.watcher === watcher) entry.watcher = null;
      });
    } catch {
      return null;
    }
  }
}

async function isRemote(folder: string): Promise<boolean> {
  const { type } = await statfs(folder).catch(() => ({ type: null }));
  return type === null || REMOTE.has(type);
}
