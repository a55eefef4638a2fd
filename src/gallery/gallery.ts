import { availableParallelism } from 'node:os';
import { describeError, SpotterError } from '../core/errors.js';
import type { Component } from '../core/lifecycle.js';
import { Serial } from '../core/serial.js';
import { cacheFile, EmbeddingCache } from './cache.js';
import type { GalleryChange } from './change.js';
import { changeBetween } from './change.js';
import type { PhotoResult } from './enrol.js';
import { type GalleryFile, type Listing, listGallery, personOf } from './folder.js';
import {
  emptyState,
  type GalleryState,
  keyOf,
  type ReadPhoto,
  type ReadSettings,
  stateOf,
} from './galleryState.js';
import type { PersonSettings } from './person.js';
import { dateOf } from './person.js';
import { PhotoReader, type ReaderOptions } from './reader.js';
import type { GallerySnapshot } from './snapshot.js';
import { readSettings, takeOver } from './takeOver.js';
import { WriteSettled, type WriteSettledOptions } from './writeSettled.js';

export interface GalleryOptions extends ReaderOptions {
  folder: string;
  /** Where the cache is kept. */
  cacheFolder: string;
  /** Values of an embedding. */
  dimension: number;
  /** What an engine before this one knew of people's settings. With it a folder that is away is no error: the cache knows the people. */
  known?: Readonly<Record<string, PersonSettings>> | null;
  /** For how long a changed file must have stayed the same. */
  writeSettled?: WriteSettledOptions;
  /** The time. */
  now?: () => Date;
  /** Told after every photo that had to be opened at the start. */
  onProgress?: (done: number, total: number) => void;
  /** Told when the cache cannot be written: the next start will be slow, nothing else. */
  onWarning?: (message: string) => void;
}

/** One photo and what came of it. */
export interface PhotoReport {
  person: string;
  name: string;
  result: PhotoResult;
}

/** What a look at a gallery that may have changed has brought. */
export interface Refreshed {
  /** null when there is nothing to tell. */
  change: GalleryChange | null;
  /** Whether the folder has gone away or come back. */
  turned: boolean;
  /** See {@link Listing.folders}; none while the gallery is away. */
  folders: ReadonlyMap<string, string>;
  /** When to look again, ms from now; null: when something happens. */
  againMs: number | null;
}

/** Changes that follow each other are written into the cache together, within this, ms. */
const CACHE_MS = 3000;
/** Photos in memory at a time at the start: a large one takes 50 MB. */
const MAX_OPEN = 5;
const SETTLING: WriteSettledOptions = { quietMs: 250, brokenMs: 5000 };

/** The known people: read from a folder of photos, embedded once, kept in a cache, read again where they change. */
export class Gallery implements Component {
  readonly #options: GalleryOptions;
  readonly #reader: PhotoReader;
  readonly #cache: EmbeddingCache;
  readonly #writeSettled: WriteSettled;
  #state: GalleryState;
  #listed: Listing | null = null;
  #cacheTimer: NodeJS.Timeout | undefined;
  /** Why nothing can be read now. */
  #away: string | null = null;
  /** Another folder has taken the place of the one before, and not everybody is there. */
  readonly #returning = { now: false };
  #seconds = 0;
  /** What changes state or cache. */
  readonly #changing = new Serial();

  constructor(options: GalleryOptions) {
    this.#options = options;
    this.#reader = new PhotoReader(options);
    this.#cache = new EmbeddingCache(cacheFile(options.cacheFolder, options.folder));
    this.#writeSettled = new WriteSettled(options.writeSettled ?? SETTLING);
    const settings = new Map(Object.entries(options.known ?? {}));
    this.#state = { ...emptyState(options.dimension), settings };
  }

  /** Every photo, used or not, in the order of the folder. */
  get photos(): readonly PhotoReport[] {
    return [...this.#state.photos.values()];
  }

  /** The people to compare with. */
  get snapshot(): GallerySnapshot {
    return this.#state.snapshot;
  }

  /** What is said of people, what is wrong with that, and whose time is over. */
  get said(): Pick<GalleryState, 'settings' | 'faults' | 'expired'> {
    return this.#state;
  }

  /** Why the folder cannot be read now, one sentence; the people known before stay known. */
  get away(): string | null {
    return this.#away;
  }

  /** Time that the last reading which changed something took. */
  get seconds(): number {
    return this.#seconds;
  }

  /**
   * Reads the folder. When it is aborted or fails, what has been embedded until then is in the cache all the same.
   *
   * @throws SpotterError gallery.not_found, and those of the worker pool
   */
  async start(signal?: AbortSignal): Promise<void> {
    const startMs = performance.now();
    await this.#cache.read();
    const listing = await this.#list().catch((error: unknown) => {
      if (!this.#options.known || !(error instanceof SpotterError)) throw error;
      this.#restore(error.message);
      return null;
    });
    if (!listing) return;
    this.#listed = listing;
    let photos: ReadPhoto[] = [];
    let complete = false;
    try {
      photos = await this.#readAll(listing.photos, signal);
      complete = !signal?.aborted;
    } finally {
      await this.#writeCache(complete);
    }
    if (!complete) return;
    const files: ReadSettings[] = [];
    for (const file of listing.settings) files.push(await readSettings(file));
    this.#state = stateOf(photos, files, this.#state, this.#today());
    this.#seconds = (performance.now() - startMs) / 1000;
  }

  /** Writes what the cache still has to. */
  async stop(): Promise<void> {
    if (this.#cacheTimer === undefined) return;
    clearTimeout(this.#cacheTimer);
    await this.#changing.run(() => this.#writeCache(true));
  }

  /** What a photo would give that is not in the gallery. @throws SpotterError of the worker pool */
  examine(bytes: Uint8Array, name: string): Promise<PhotoResult> {
    return this.#reader.embed(bytes, name);
  }

  /**
   * Looks at the folder again and takes over what has changed and settled, all at once. What cannot be read now, the whole
   * folder or one photo in the middle of being copied, stays as it was.
   *
   * @param paths where alone something can have changed, absolute; null when it can be anywhere
   * @throws SpotterError of the worker pool
   */
  refresh(paths: ReadonlySet<string> | null = null, signal?: AbortSignal): Promise<Refreshed> {
    return this.#changing.run(() => this.#refresh(paths, signal));
  }

  /**
   * Forgets a person at once, also in the cache. Photos that are in the folder all the same are read with the next refresh.
   *
   * @returns what has changed, and of how many photos the cache knew something
   * @throws the system's error when the cache cannot be written
   */
  forget(person: string): Promise<{ change: GalleryChange | null; cached: number }> {
    return this.#changing.run(async () => {
      const before = this.#state;
      const ofOthers = <T extends { person: string }>(all: ReadonlyMap<string, T>) =>
        [...all.values()].filter((one) => one.person !== person);
      const known = new Map([...before.settings].filter(([name]) => name !== person));
      const settings = this.#away === null ? undefined : known;
      this.#state = stateOf(ofOthers(before.photos), ofOthers(before.files), before, this.#today(), settings);
      clearTimeout(this.#cacheTimer);
      this.#cacheTimer = undefined;
      const cached = this.#cache.forget((name) => personOf(name) === person);
      await this.#cache.write(true);
      return { change: changeBetween(before, this.#state), cached };
    });
  }

  async #refresh(paths: ReadonlySet<string> | null, signal?: AbortSignal): Promise<Refreshed> {
    const startMs = performance.now();
    const wasAway = this.#away !== null;
    let listing: Listing;
    try {
      listing = await this.#list(paths);
    } catch (error) {
      this.#away = describeError(error);
      return { change: null, turned: !wasAway, folders: new Map(), againMs: null };
    }
    this.#away = null;
    this.#returning.now ||= this.#listed?.identity !== listing.identity;
    this.#listed = listing;
    const before = this.#state;
    const { photos, files, againMs } = await takeOver(listing, before, {
      writeSettled: this.#writeSettled,
      returning: this.#returning,
      readPhoto: (file) => this.#readPhoto(file),
      isStopping: () => signal?.aborted === true,
    });
    this.#state = stateOf(photos, files, before, this.#today());
    const change = changeBetween(before, this.#state);
    if (change) {
      this.#seconds = (performance.now() - startMs) / 1000;
      const { photos: kept } = this.#state;
      this.#cache.retain((name) => kept.has(name));
      this.#cacheTimer ??= setTimeout(() => {
        this.#cacheTimer = undefined;
        void this.#changing.run(() => this.#writeCache(true));
      }, CACHE_MS);
    }
    return { change, turned: wasAway, folders: listing.folders, againMs };
  }

  /** @throws SpotterError gallery.not_found, also for the empty place where another file system was before */
  async #list(paths: ReadonlySet<string> | null = null): Promise<Listing> {
    const { folder } = this.#options;
    const known = paths && this.#listed && { listing: this.#listed, changed: paths };
    const listing = await listGallery(folder, known);
    const isEmpty = listing.photos.length === 0 && listing.settings.length === 0;
    if (isEmpty && this.#listed && this.#listed.device !== listing.device && this.#state.photos.size > 0)
      throw new SpotterError('gallery.not_found', `gallery ${folder} is no longer mounted; mount it again`);
    return listing;
  }

  /** The people of the last reading, from the cache. */
  #restore(why: string): void {
    this.#away = why;
    const photos = this.#cache
      .remembered(this.#reader.key)
      .map((reading) => ({ ...reading, person: personOf(reading.name), key: 'remembered' }));
    this.#cache.keepAll();
    this.#state = stateOf(photos, [], this.#state, this.#today(), this.#state.settings);
  }

  /** Some photos are decoded while others are in the networks. */
  async #readAll(files: GalleryFile[], signal?: AbortSignal): Promise<ReadPhoto[]> {
    const photos: ReadPhoto[] = [];
    let next = 0;
    let done = 0;
    const readSome = async () => {
      for (let index = next++; index < files.length && !signal?.aborted; index = next++) {
        photos[index] = await this.#readPhoto(files[index]);
        this.#options.onProgress?.(++done, files.length);
      }
    };
    await Promise.all(Array.from({ length: Math.min(MAX_OPEN, availableParallelism() + 1) }, readSome));
    return photos;
  }

  async #readPhoto(file: GalleryFile): Promise<ReadPhoto> {
    const reading = await this.#reader.read(file, this.#cache);
    return { ...reading, person: file.person, name: file.name, key: keyOf(file) };
  }

  async #writeCache(complete: boolean): Promise<void> {
    await this.#cache.write(complete).catch((error: unknown) => {
      this.#options.onWarning?.(`the cache of photo embeddings cannot be written: ${describeError(error)}`);
    });
  }

  #today(): string {
    return dateOf(this.#options.now?.() ?? new Date());
  }
}
