import { SpotterError } from '../core/errors.js';
import type { Component } from '../core/lifecycle.js';
import { isSamePerson } from '../core/personName.js';
import { Serial } from '../core/serial.js';
import { cacheFile, EmbeddingCache } from './cache.js';
import { CacheWriter } from './cacheWriter.js';
import { changeBetween, type GalleryChange, type Refreshed } from './change.js';
import { ChangeReader, type ReadChanges } from './changeReader.js';
import type { PhotoResult } from './enrol.js';
import { FileGuard, type FileGuardOptions, isAway } from './fileGuard.js';
import type { Files } from './files.js';
import { isEmpty, type Listing, listGallery, personOf } from './folder.js';
import {
  emptyGalleryState,
  type GalleryState,
  galleryStateOf,
  galleryStateWithout,
  type ReadSettings,
  readSettings,
} from './galleryState.js';
import { dateOf, type PersonSettings } from './person.js';
import { PhotoReader, type ReaderOptions, type ReadPhoto } from './reader.js';
import type { GallerySnapshot } from './snapshot.js';
import { untilThere } from './untilThere.js';
import { removeLeftovers } from './wholeFiles.js';
import type { WriteSettledOptions } from './writeSettled.js';

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
  /**
   * What a start does without `known` when the folder cannot be read: fails, starts from the cache if that has people, or
   * waits for it. Default: fail.
   */
  whenAway?: 'fail' | 'cache' | 'wait';
  /** For how long a changed file must have stayed the same; default 250 ms, 5000 ms for a damaged one. */
  writeSettled?: WriteSettledOptions;
  /** How the folder is read. */
  access?: Omit<FileGuardOptions, 'folder'>;
  /** The current time; default the system's. */
  now?: () => Date;
  /** Called after every photo that was read at the start, with the number done and the number of all. */
  onProgress?: (done: number, total: number) => void;
  /** Receives one sentence when the cache cannot be written, or the name of a person is spelled in several ways. */
  onWarning?: (message: string) => void;
}

/** One photo of the gallery and its result. */
export type PhotoReport = Pick<ReadPhoto, 'person' | 'name' | 'sha256' | 'result'>;

const WRITE_SETTLED: WriteSettledOptions = { quietMs: 250, brokenMs: 5000 };

/** The known people: a folder of photos, each embedded once, cached, and read again when it changes. */
export class Gallery implements Component {
  /** Every look at the folder goes through this. */
  readonly guard: FileGuard;
  readonly #options: GalleryOptions;
  readonly #cache: EmbeddingCache;
  readonly #cacheWriter: CacheWriter;
  readonly #reader: PhotoReader;
  readonly #changeReader: ChangeReader;
  #state: GalleryState;
  #listed: Listing | null = null;
  /** Why the folder cannot be read now. */
  #away: string | null = null;
  #seconds = 0;
  /** Changes of the state. */
  readonly #changing = new Serial();

  constructor(options: GalleryOptions) {
    this.#options = options;
    this.guard = new FileGuard({ folder: options.folder, ...options.access });
    this.#cache = new EmbeddingCache(cacheFile(options.cacheFolder, options.folder));
    this.#cacheWriter = new CacheWriter(this.#cache, (message) => options.onWarning?.(message));
    this.#reader = new PhotoReader(options, this.#cache);
    this.#changeReader = new ChangeReader({
      readPhoto: (file, files) => this.#reader.read(file, files),
      readSettings,
      writeSettled: options.writeSettled ?? WRITE_SETTLED,
    });
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

  /** One sentence per person whose name is spelled in several ways. */
  get notes(): readonly string[] {
    return this.#state.notes;
  }

  /** People with photos whose last day is over, sorted. */
  get expired(): readonly string[] {
    return this.#state.expired;
  }

  /** Why the folder cannot be read now, one sentence; null while it can be. The people known before stay. */
  get away(): string | null {
    return this.#away;
  }

  /** Results of photos, by their content. */
  get results(): Pick<PhotoReader, 'key' | 'expect' | 'known'> {
    return this.#reader;
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
    const warn = (why: string) => this.#options.onWarning?.(`waiting for the gallery (gallery.wait): ${why}`);
    await this.#cache.read();
    try {
      const look = () => this.guard.attempt((files) => this.#readAll(files, signal));
      const read = this.#isWaiting ? await untilThere(look, isAway, warn, signal) : await look();
      if (signal?.aborted || read === null) return;
      this.#listed = read.listing;
      // Nobody waits for it: a share may fall silent meanwhile.
      this.guard.attempt((files) => removeLeftovers(read.listing.root, files)).catch(() => {});
      this.#setState(galleryStateOf(read.photos, read.settings, this.#state, this.#today()));
      this.#seconds = (performance.now() - startMs) / 1000;
      // A share that is not mounted yet is an empty folder: it must not cost what is known of its photos.
      if (!isEmpty(read.listing)) this.#remember(read.listing);
    } catch (error) {
      if (!this.#restore(error)) throw error;
    } finally {
      await this.#cacheWriter.write();
    }
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
      this.#reader.expectNothing();
      const cached = this.#cache.forget(person, (name) => isSamePerson(personOf(name), person));
      await this.#cacheWriter.writeNow();
      return { change: changeBetween(before, this.#state), cached };
    });
  }

  async #refresh(paths: ReadonlySet<string> | null, signal?: AbortSignal): Promise<Refreshed> {
    const startMs = performance.now();
    const wasAway = this.#away !== null;
    const before = this.#state;
    let listing: Listing;
    let changes: ReadChanges;
    try {
      listing = await this.guard.attempt((access) => this.#list(access, paths), signal);
      const isOther = this.#listed?.identity !== listing.identity;
      this.#listed = listing;
      const read = (access: Files) => this.#changeReader.read(listing, access, before, isOther, signal);
      changes = await this.guard.attempt(read);
    } catch (error) {
      if (!isAway(error)) throw error;
      this.#away = error.message;
      const folders = this.guard.isStuck ? null : new Map<string, string>();
      return { change: null, awayChanged: !wasAway, folders, againMs: null };
    }
    this.#away = null;
    const { photos, files, againMs } = changes;
    this.#setState(galleryStateOf(photos, files, before, this.#today()));
    const change = changeBetween(before, this.#state);
    if (change) this.#seconds = (performance.now() - startMs) / 1000;
    if (!isEmpty(listing) || before.photos.size > 0) this.#remember(listing);
    if (this.#cache.isChanged) this.#cacheWriter.writeSoon();
    return { change, awayChanged: wasAway, folders: listing.folders, againMs };
  }

  /** @throws SpotterError gallery.not_found, also for the empty mount point of a file system that is gone */
  async #list(files: Files, paths: ReadonlySet<string> | null = null): Promise<Listing> {
    const { folder } = this.#options;
    const known = paths && this.#listed && { listing: this.#listed, changed: paths };
    const listing = await listGallery(folder, known, files);
    if (isEmpty(listing) && this.#isUnmounted(listing))
      throw new SpotterError('gallery.not_found', `gallery ${folder} is no longer mounted; mount it again`);
    return listing;
  }

  /** Whether an empty folder is the mount point of a file system that was there before. */
  #isUnmounted({ device, isMount }: Listing): boolean {
    if (this.#listed) return this.#listed.device !== device && this.#state.photos.size > 0;
    if (this.#isWaiting) return this.#reader.remembered().length > 0;
    return !isMount && this.#cache.folder?.isMount === true;
  }

  /** Whether the start waits for the folder, also for photos that were there before. */
  get #isWaiting(): boolean {
    return this.#options.whenAway === 'wait' && !this.#options.known;
  }

  /** Reads every file; fewer when aborted. */
  async #readAll(access: Files, signal?: AbortSignal) {
    const listing = await this.#list(access);
    const photos = await this.#reader.readAll(listing.photos, access, this.#options.onProgress, signal);
    const settings: ReadSettings[] = [];
    for (const file of listing.settings) settings.push(await readSettings(file, access));
    return { listing, photos, settings };
  }

  /** For the next start without the folder, or with only a part of it. */
  #remember(listing: Listing): void {
    const { photos, settings } = this.#state;
    const names = listing.photos.map(({ name }) => name);
    const closed = names.filter((name) => name.endsWith('/'));
    const present = new Set([...names, ...photos.keys()]);
    const isThere = (name: string) => present.has(name) || closed.some((own) => name.startsWith(own));
    this.#cache.noteMissing(isThere, this.#now().getTime());
    this.#cache.noteFolder({ settings, isMount: listing.isMount });
  }

  /** The people of the last reading, from the cache. @returns false when the error is another, or there are none */
  #restore(error: unknown): boolean {
    if (!isAway(error)) return false;
    const { known, whenAway } = this.#options;
    const remembered = this.#reader.remembered();
    if (!known && !(whenAway === 'cache' && remembered.length > 0)) return false;
    this.#away = error.message;
    const photos = remembered.map((photo) => ({ ...photo, person: personOf(photo.name), key: 'remembered' }));
    const settings = known ? this.#state.settings : (this.#cache.folder?.settings ?? new Map());
    this.#setState(galleryStateOf(photos, [], this.#state, this.#today(), settings));
    return true;
  }

  #setState(state: GalleryState): void {
    const { notes } = this.#state;
    this.#state = state;
    for (const note of state.notes) if (!notes.includes(note)) this.#options.onWarning?.(note);
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }

  #today(): string {
    return dateOf(this.#now());
  }
}
