import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { describeError, SpotterError } from '../errors.js';
import type { Component } from '../lifecycle.js';
import { EmbeddingCache, type FileMark } from './cache.js';
import { type EnrolLimits, enrol, type PhotoResult } from './enrol.js';
import type { PhotoEyes } from './faces.js';
import { listPhotos, type PhotoFile } from './folder.js';
import { decodePhoto } from './photo.js';
import { GallerySnapshot } from './snapshot.js';

export interface GalleryOptions {
  folder: string;
  /** Where the cache is kept. */
  cacheFolder: string;
  eyes: PhotoEyes;
  limits: EnrolLimits;
  maxMegapixels: number;
  /** Values of an embedding. */
  dimension: number;
  /** Differs when a photo may give another result: models, their settings. */
  modelKey: string;
  /** Told after every photo that had to be opened. */
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

/** Photos in memory at a time: a large one takes 50 MB. */
const MAX_OPEN = 5;
/** To be raised when enrol, faces, photo or face/ change what a photo gives: results of older code are not used. */
const CODE_VERSION = 1;
const UNREADABLE: PhotoResult = {
  state: 'unusable',
  fault: 'unreadable',
  message: 'cannot be read; check its permissions',
};
/** A file changed twice within the clock's grain looks unchanged: a mark is only trusted when the file was older. */
const SETTLED_MS = 2000;

/** The known people: read from a folder of photos, embedded once, kept in a cache. */
export class Gallery implements Component {
  readonly #options: GalleryOptions;
  readonly #key: string;
  #photos: PhotoReport[] = [];
  #snapshot: GallerySnapshot;

  constructor(options: GalleryOptions) {
    this.#options = options;
    this.#snapshot = new GallerySnapshot([], options.dimension);
    const { modelKey, limits, maxMegapixels } = options;
    const everything = JSON.stringify({ CODE_VERSION, modelKey, limits, maxMegapixels });
    this.#key = createHash('sha256').update(everything).digest('hex').slice(0, 24);
  }

  /** Every photo, used or not, in the order of the folder. */
  get photos(): readonly PhotoReport[] {
    return this.#photos;
  }

  /** The people to compare with. */
  get snapshot(): GallerySnapshot {
    return this.#snapshot;
  }

  /**
   * Reads the folder. When it is aborted or fails, what has been embedded until then is in the cache all the same.
   *
   * @throws SpotterError gallery.not_found, and those of the worker pool
   */
  async start(signal?: AbortSignal): Promise<void> {
    const cache = new EmbeddingCache(this.#options.cacheFolder, this.#options.folder);
    const [files] = await Promise.all([listPhotos(this.#options.folder), cache.read()]);
    let complete = false;
    try {
      this.#photos = await this.#readAll(files, cache, signal);
      complete = !signal?.aborted;
    } finally {
      await cache.write(complete).catch((error: unknown) => {
        this.#options.onWarning?.(`the cache of photo embeddings cannot be written: ${describeError(error)}`);
      });
    }
    if (!complete) return;
    const faces = this.#photos.flatMap(({ person, result }) =>
      result.state === 'used' ? [{ person, embedding: result.embedding }] : [],
    );
    this.#snapshot = new GallerySnapshot(faces, this.#options.dimension);
  }

  async stop(): Promise<void> {}

  /** Some photos are decoded while others are in the networks. */
  async #readAll(files: PhotoFile[], cache: EmbeddingCache, signal?: AbortSignal): Promise<PhotoReport[]> {
    const reports: PhotoReport[] = [];
    let next = 0;
    let done = 0;
    const readSome = async () => {
      for (let index = next++; index < files.length && !signal?.aborted; index = next++) {
        const file = files[index];
        const result: PhotoResult = file.refused
          ? { state: 'unusable', ...file.refused }
          : await this.#read(file, cache);
        reports[index] = { person: file.person, name: file.name, result };
        this.#options.onProgress?.(++done, files.length);
      }
    };
    await Promise.all(Array.from({ length: Math.min(MAX_OPEN, availableParallelism() + 1) }, readSome));
    return reports;
  }

  async #read(file: PhotoFile, cache: EmbeddingCache): Promise<PhotoResult> {
    const mark = await markOf(file.path).catch(() => null);
    if (!mark) return UNREADABLE;
    const knownHash = cache.knownHash(file.name, mark);
    const known = knownHash && cache.result(this.#key, knownHash);
    if (knownHash && known) {
      cache.keep(file.name, mark, this.#key, knownHash, known);
      return known;
    }
    const bytes = await readFile(file.path).catch(() => null);
    if (!bytes) return UNREADABLE;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const result = cache.result(this.#key, sha256) ?? (await this.#embed(bytes, file));
    const settled = Date.now() - mark.ctimeMs > SETTLED_MS;
    cache.keep(file.name, settled ? mark : null, this.#key, sha256, result);
    return result;
  }

  async #embed(bytes: Uint8Array, file: PhotoFile): Promise<PhotoResult> {
    try {
      const { image } = await decodePhoto(bytes, 'it', this.#options.maxMegapixels);
      return await enrol(this.#options.eyes, image, this.#options.limits);
    } catch (error) {
      if (!(error instanceof SpotterError)) throw error;
      if (error.code === 'photo.too_large')
        return { state: 'unusable', fault: 'too_large', message: error.message };
      if (error.code === 'photo.unreadable')
        return { state: 'unusable', fault: 'unreadable', message: error.message };
      throw new SpotterError(error.code, `${file.name}: ${error.message}`, { cause: error });
    }
  }
}

async function markOf(file: string): Promise<FileMark> {
  const { size, mtimeMs, ctimeMs, ino } = await stat(file);
  return { size, mtimeMs, ctimeMs, inode: ino };
}
