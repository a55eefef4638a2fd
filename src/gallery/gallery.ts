import { describeError, SpotterError } from '../core/errors.js';
import type { Component } from '../core/lifecycle.js';
import { Serial } from '../core/serial.js';
import { cacheFile, EmbeddingCache } from './cache.js';
import { CacheWriter } from './cacheWriter.js';
import { changeBetween, type GalleryChange } from './change.js';
import type { PhotoResult } from './enrol.js';
import { fileKey, type GalleryFile, type Listing, listGallery, personOf } from './folder.js';
import {
  emptyGalleryState,
  type GalleryState,
  galleryStateOf,
  galleryStateWithout,
  type ReadSettings,
} from './galleryState.js';
import { listingChanges } from './listingChanges.js';
import { dateOf, type PersonSettings, readPerson } from './person.js';
import { PhotoReader, type ReaderOptions, type ReadPhoto } from './reader.js';
import type { GallerySnapshot } from './snapshot.js';
import { WriteSettled, type WriteSettledOptions } from './writeSettled.js';

/** Where a gallery is, and how its photos are read. */
export interface GalleryOptions extends ReaderOptions {
  folder: string;
  /** Folder of the cache file. */
  cacheFolder: string;
  /** Number of values per embedding. */
  dimension: number;
  /**
   * Settings by person, as an engine before this one last had them. With them, a folder that cannot be read is no error:
   * the people come from the cache.
   */
  known?: Readonly<Record<string, PersonSettings>> | null;
  /** For how long a changed file must have stayed the same; default 250 ms, 5000 ms for a damaged one. */
  writeSettled?: WriteSettledOptions;
  /** The current time; default the system's. */
  now?: () => Date;
  /** Called after every photo that was read at the start, with the number done and the number of all. */
  onProgress?: (done: number, total: number) => void;
  /** Receives one sentence when the cache cannot be written: the next start takes longer, nothing else. */
  onWarning?: (message: string) => void;
}

/** One photo of the gallery and its result. */
export interface PhotoReport {
  person: string;
  /** Relative to the gallery. */
  name: string;
  result: PhotoResult;
}

/** The outcome of {@link Gallery.refresh}. */
export interface Refreshed {
  /** null when nothing worth reporting has changed. */
  change: GalleryChange | null;
  /** Whether the folder has gone away or come back. */
  awayChanged: boolean;
  /** See {@link Listing.folders}; empty while the gallery is away. */
  folders: ReadonlyMap<string, string>;
  /** When to refresh again, ms from now; null: on the next sign of a change. */
  againMs: number | null;
}

/** A file missing from a folder that has come back may still be on its way until nothing has changed for this long, ms. */
const RETURN_MS = 2000;
/** Many changes are applied in parts that take about this long to read, ms. */
const PART_MS = 2000;
const WRITE_SETTLED: WriteSettledOptions = { quietMs: 250, brokenMs: 5000 };

/** The known people: a folder of photos, each embedded once, cached, and read again when it changes. */
export class Gallery implements Component {
  readonly #options: GalleryOptions;
  readonly #cache: EmbeddingCache;
  readonly #cacheWriter: CacheWriter;
  readonly #reader: PhotoReader;
  readonly #writeSettled: WriteSettled;
  #state: GalleryState;
  #listed: Listing | null = null;
  /** Why the folder cannot be read now. */
  #away: string | null = null;
  /** Another folder has taken the place of the one before, and some of its files are still missing. */
  #isReturning = false;
  #seconds = 0;
  /** Changes of the state. */
  readonly #changing = new Serial();

  constructor(options: GalleryOptions) {
    this.#options = options;
    this.#cache = new EmbeddingCache(cacheFile(options.cacheFolder, options.folder));
    this.#cacheWriter = new CacheWriter(this.#cache, (message) => options.onWarning?.(message));
    this.#reader = new PhotoReader(options, this.#cache);
    this.#writeSettled = new WriteSettled(options.writeSettled ?? WRITE_SETTLED);
    const settings = new Map(Object.entries(options.known ?? {}));
    this.#state = { ...emptyGalleryState(options.dimension), settings };
  }

  /** Every photo, used or not, in the order of the folder. */
  get photos(): readonly PhotoReport[] {
    return [...this.#state.photos.values()];
  }

  /** The people to compare with. */
  get snapshot(): GallerySnapshot {
    return this.#state.snapshot;
  }

  /** By name, the settings of each person who has a person.yaml. */
  get settings(): ReadonlyMap<string, PersonSettings> {
    return this.#state.settings;
  }

  /** One sentence per fault in the files of settings. */
  get faults(): readonly string[] {
    return this.#state.faults;
  }

  /** People with photos whose last day is over, sorted. */
  get expired(): readonly string[] {
    return this.#state.expired;
  }

  /** Why the folder cannot be read now, one sentence; null while it can be. The people known before stay. */
  get away(): string | null {
    return this.#away;
  }

  /** How long the last reading that changed something took, s. */
  get seconds(): number {
    return this.#seconds;
  }

  /**
   * Reads the folder. When it fails or is aborted, the photos embedded until then are in the cache all the same.
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
      photos = await this.#reader.readAll(listing.photos, this.#options.onProgress, signal);
      complete = !signal?.aborted;
    } finally {
      await this.#cacheWriter.write(complete);
    }
    if (!complete) return;
    const files: ReadSettings[] = [];
    for (const file of listing.settings) files.push(await readSettings(file));
    this.#state = galleryStateOf(photos, files, this.#state, this.#today());
    this.#seconds = (performance.now() - startMs) / 1000;
  }

  /** Writes the cache if a write is due. */
  stop(): Promise<void> {
    return this.#cacheWriter.flush();
  }

  /** The result that a photo outside the gallery would have. @throws SpotterError of the worker pool */
  examine(bytes: Uint8Array, name: string): Promise<PhotoResult> {
    return this.#reader.embed(bytes, name);
  }

  /**
   * Reads the folder again and applies what has changed and settled, all at once. What cannot be read now, be it the whole
   * folder or one photo that is still being copied, keeps its state.
   *
   * @param paths absolute paths where something may have changed; null: anywhere
   * @throws SpotterError of the worker pool
   */
  refresh(paths: ReadonlySet<string> | null = null, signal?: AbortSignal): Promise<Refreshed> {
    return this.#changing.run(() => this.#refresh(paths, signal));
  }

  /**
   * Forgets a person immediately, in the cache too. Photos that are still in the folder are read by the next refresh.
   *
   * @returns the change, and how many photos of the person were in the cache
   * @throws Error of the file system when the cache cannot be written
   */
  forget(person: string): Promise<{ change: GalleryChange | null; cached: number }> {
    return this.#changing.run(async () => {
      const before = this.#state;
      this.#state = galleryStateWithout(person, before, this.#today(), this.#away !== null);
      const cached = this.#cache.forget((name) => personOf(name) === person);
      await this.#cacheWriter.writeNow();
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
      return { change: null, awayChanged: !wasAway, folders: new Map(), againMs: null };
    }
    this.#away = null;
    this.#isReturning ||= this.#listed?.identity !== listing.identity;
    this.#listed = listing;
    const before = this.#state;
    const { photos, files, againMs } = await this.#readChanges(listing, signal);
    this.#state = galleryStateOf(photos, files, before, this.#today());
    const change = changeBetween(before, this.#state);
    if (change) {
      this.#seconds = (performance.now() - startMs) / 1000;
      const { photos: kept } = this.#state;
      this.#cache.retain((name) => kept.has(name));
      this.#cacheWriter.writeSoon();
    }
    return { change, awayChanged: wasAway, folders: listing.folders, againMs };
  }

  /** @throws SpotterError gallery.not_found, also for the empty mount point of a file system that is gone */
  async #list(paths: ReadonlySet<string> | null = null): Promise<Listing> {
    const { folder } = this.#options;
    const known = paths && this.#listed && { listing: this.#listed, changed: paths };
    const listing = await listGallery(folder, known);
    const isEmpty = listing.photos.length === 0 && listing.settings.length === 0;
    if (isEmpty && this.#listed && this.#listed.device !== listing.device && this.#state.photos.size > 0)
      throw new SpotterError('gallery.not_found', `gallery ${folder} is no longer mounted; mount it again`);
    return listing;
  }

  /** The people of the last reading, from the cache. @param why the folder cannot be read */
  #restore(why: string): void {
    this.#away = why;
    const photos = this.#cache
      .remembered(this.#reader.key)
      .map((cached) => ({ ...cached, person: personOf(cached.name), key: 'remembered' }));
    this.#cache.keepAll();
    this.#state = galleryStateOf(photos, [], this.#state, this.#today(), this.#state.settings);
  }

  /** The photos and settings from now on: those read before, with what has changed and settled since. */
  async #readChanges(listing: Listing, signal?: AbortSignal) {
    const nowMs = performance.now();
    const photos = new Map(this.#state.photos);
    const files = new Map(this.#state.files);
    const { changed, gone } = listingChanges(listing, this.#state);
    const keys = new Map(changed.map((file) => [file.name, fileKey(file)]));
    for (const name of gone) keys.set(name, 'gone');
    const settled = this.#writeSettled.observe(keys, nowMs);
    this.#isReturning &&= gone.length > 0;
    const mayLeave = !this.#isReturning || this.#writeSettled.quietFor(nowMs) >= RETURN_MS;
    for (const name of mayLeave ? gone : []) {
      if (!settled.has(name)) continue;
      photos.delete(name);
      files.delete(name);
      this.#writeSettled.done(name);
    }
    const isSettings = new Set(listing.settings);
    let isPart = false;
    for (const file of changed.filter(({ name }) => settled.has(name))) {
      isPart = performance.now() - nowMs > PART_MS;
      if (isPart || signal?.aborted) break;
      if (isSettings.has(file)) files.set(file.name, await readSettings(file));
      else {
        const photo = await this.#reader.read(file);
        const isBroken = photo.result.state === 'unusable' && photo.result.fault === 'unreadable';
        if (isBroken && this.#writeSettled.putOff(file.name, nowMs)) continue;
        photos.set(file.name, photo);
      }
      this.#writeSettled.done(file.name);
    }
    return {
      photos: [...photos.values()],
      files: [...files.values()],
      againMs: isPart ? 0 : this.#nextMs(),
    };
  }

  /** When a file that is waiting can be read, ms from now; null when none is. */
  #nextMs(): number | null {
    const nowMs = performance.now();
    const nextMs = this.#writeSettled.nextMs(nowMs);
    // Files that are gone settle long before they may leave a folder that has come back.
    if (nextMs !== 0 || !this.#isReturning) return nextMs;
    return Math.max(0, RETURN_MS - this.#writeSettled.quietFor(nowMs));
  }

  #today(): string {
    return dateOf(this.#options.now?.() ?? new Date());
  }
}

async function readSettings(file: GalleryFile): Promise<ReadSettings> {
  return { person: file.person, name: file.name, key: fileKey(file), content: await readPerson(file) };
}
