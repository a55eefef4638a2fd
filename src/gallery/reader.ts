import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { SpotterError } from '../core/errors.js';
import type { EmbeddingCache, FileMark } from './cache.js';
import { type EnrolLimits, enrol, type PhotoResult } from './enrol.js';
import { CANNOT_BE_READ, type Files } from './files.js';
import { fileKey, type GalleryFile } from './folder.js';
import { usePhoto } from './photo.js';
import type { PhotoFaceEngine } from './photoFaces.js';
import { usePhotoFile } from './photoFile.js';
import { savedMark } from './savedMark.js';

/** What photos are read with. */
export interface ReaderOptions {
  faceEngine: PhotoFaceEngine;
  limits: EnrolLimits;
  /** Largest photo, in millions of pixels. */
  maxMegapixels: number;
  /** Changes whenever a photo may have another result: with the models and their settings. */
  modelKey: string;
  /** Called with the result of every photo in the gallery that the networks have looked at. */
  onResult?: (photo: PhotoContent) => void;
}

/** The content of a photo, and its result. */
export interface PhotoContent {
  sha256: string;
  result: PhotoResult;
}

/** A photo that was read: which file, and its result. */
export interface ReadPhoto {
  person: string;
  /** Relative to the gallery. */
  name: string;
  /** See {@link fileKey}. */
  key: string;
  result: PhotoResult;
  /** null when the file was not opened, or could not be. */
  sha256: string | null;
}

/**
 * Increase when enrol, mainFace, photoFaces, photoViews, photo or face/ change the embedding or the box of a photo: older results
 * are then not used.
 */
const CODE_VERSION = 4;
/** Increase when they only accept or refuse other photos: those refused before are then read again, and no others. */
const REFUSAL_VERSION = 3;
const UNREADABLE: PhotoResult = { state: 'unusable', fault: 'unreadable', message: CANNOT_BE_READ };
/** Two changes within the clock's resolution leave the same mark, so a mark is only trusted on a file older than this, ms. */
const SETTLED_MS = 2000;
/** Photos that are read at a time, if their memory allows; see photo and photoFile. */
const MAX_OPEN = 5;
/** Results that are kept for photos on their way, about 2 KB each. */
const MAX_EXPECTED = 20_000;

/** Reads photos: known ones from the cache, the others with the networks. */
export class PhotoReader {
  readonly #options: ReaderOptions;
  readonly #cache: EmbeddingCache;
  /** Identifies everything beside the photo that its embedding depends on. */
  readonly #usedKey: string;
  /** The same for a refusal. */
  readonly #refusedKey: string;
  /** Results that others have worked out, by SHA-256, for photos that are on their way into the folder. */
  readonly #expected = new Map<string, PhotoResult>();

  constructor(options: ReaderOptions, cache: EmbeddingCache) {
    this.#options = options;
    this.#cache = cache;
    const { modelKey, limits, maxMegapixels } = options;
    const everything = { CODE_VERSION, modelKey, limits, maxMegapixels };
    this.#usedKey = hashOf(everything);
    this.#refusedKey = hashOf({ ...everything, REFUSAL_VERSION });
  }

  /** Identifies everything beside the photo that any result depends on: under one key, every node comes to the same results. */
  get key(): string {
    return this.#refusedKey;
  }

  /** Takes results that another node has worked out under the same {@link key}, so that nobody has to again. */
  expect(photos: readonly PhotoContent[]): void {
    for (const { sha256, result } of photos) this.#expected.set(sha256, result);
    for (const sha256 of this.#expected.keys())
      if (this.#expected.size > MAX_EXPECTED) this.#expected.delete(sha256);
  }

  /** Forgets what {@link expect} was given for photos that have not come. */
  expectNothing(): void {
    this.#expected.clear();
  }

  /** What is known of some photos, by SHA-256. */
  known(hashes: readonly string[]): PhotoContent[] {
    return hashes.flatMap((sha256) => {
      const result = this.#known(sha256);
      return result ? [{ sha256, result }] : [];
    });
  }

  /**
   * Reads photos, some being decoded while others are in the networks.
   *
   * @param access reads the files
   * @param onProgress called after every photo, with the number done and the number of all
   * @returns one per file, in order; fewer when aborted
   * @throws SpotterError of the worker pool
   */
  async readAll(
    files: readonly GalleryFile[],
    access: Pick<Files, 'stat' | 'readFile'>,
    onProgress?: (done: number, total: number) => void,
    signal?: AbortSignal,
  ): Promise<ReadPhoto[]> {
    const photos: ReadPhoto[] = [];
    let next = 0;
    let done = 0;
    const readSome = async () => {
      for (let index = next++; index < files.length && !signal?.aborted; index = next++) {
        photos[index] = await this.read(files[index], access);
        onProgress?.(++done, files.length);
      }
    };
    await Promise.all(Array.from({ length: Math.min(MAX_OPEN, availableParallelism() + 1) }, readSome));
    return photos;
  }

  /** What is remembered of the photos that were there last, for a gallery that is away. */
  remembered(): Pick<ReadPhoto, 'name' | 'sha256' | 'result'>[] {
    return this.#cache.remembered((sha256) => this.#known(sha256));
  }

  /** @throws SpotterError of the worker pool; a file that cannot be read is an unusable photo */
  async read(file: GalleryFile, access: Pick<Files, 'stat' | 'readFile'>): Promise<ReadPhoto> {
    return {
      person: file.person,
      name: file.name,
      key: fileKey(file),
      ...(await this.#result(file, access)),
    };
  }

  /** The result of a photo in memory. @param name how errors call it @throws SpotterError of the worker pool */
  async embed(bytes: Uint8Array, name: string): Promise<PhotoResult> {
    const { faceEngine, limits, maxMegapixels } = this.#options;
    try {
      return await usePhoto(bytes, 'it', maxMegapixels, async ({ image, scale, xmp }) => {
        const mark = xmp === null ? null : await savedMark(xmp);
        return inPhotoPx(await enrol(faceEngine, image, limits, mark), scale);
      });
    } catch (error) {
      if (!(error instanceof SpotterError)) throw error;
      if (error.code === 'photo.too_large')
        return { state: 'unusable', fault: 'too_large', message: error.message };
      if (error.code === 'photo.unreadable')
        return { state: 'unusable', fault: 'unreadable', message: error.message };
      throw new SpotterError(error.code, `${name}: ${error.message}`, { cause: error });
    }
  }

  async #result(
    { name, path, mark, refused }: GalleryFile,
    access: Pick<Files, 'stat' | 'readFile'>,
  ): Promise<Pick<ReadPhoto, 'result' | 'sha256'>> {
    const cache = this.#cache;
    if (refused) return { result: { state: 'unusable', ...refused }, sha256: null };
    if (!mark) return { result: UNREADABLE, sha256: null };
    const knownHash = cache.knownHash(name, mark);
    const known = knownHash && this.#known(knownHash);
    if (knownHash && known) {
      cache.keep(name, mark, this.#keyOf(known), knownHash, known);
      return { result: known, sha256: knownHash };
    }
    return usePhotoFile(
      path,
      (bytes) => this.#examine(bytes, name, mark),
      (refusal) => ({
        result: refusal.fault === 'too_large' ? { state: 'unusable', ...refusal } : UNREADABLE,
        sha256: null,
      }),
      access,
    );
  }

  async #examine(bytes: Buffer, name: string, mark: FileMark): Promise<Pick<ReadPhoto, 'result' | 'sha256'>> {
    const cache = this.#cache;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const known = this.#known(sha256) ?? this.#expected.get(sha256);
    const result = known ?? (await this.embed(bytes, name));
    this.#expected.delete(sha256);
    if (!known) this.#options.onResult?.({ sha256, result });
    const settled = Date.now() - mark.ctimeMs > SETTLED_MS;
    cache.keep(name, settled ? mark : null, this.#keyOf(result), sha256, result);
    return { result, sha256 };
  }

  #known(sha256: string): PhotoResult | null {
    const result = this.#cache.result(this.#usedKey, sha256);
    return result?.state === 'used' ? result : this.#cache.result(this.#refusedKey, sha256);
  }

  #keyOf({ state }: PhotoResult): string {
    return state === 'used' ? this.#usedKey : this.#refusedKey;
  }
}

/** A result with its box in px of the photo. @param scale image px per photo px */
function inPhotoPx(result: PhotoResult, scale: number): PhotoResult {
  if (!result.box) return result;
  const { x1, y1, x2, y2 } = result.box;
  return { ...result, box: { x1: x1 / scale, y1: y1 / scale, x2: x2 / scale, y2: y2 / scale } };
}

function hashOf(everything: object): string {
  return createHash('sha256').update(JSON.stringify(everything)).digest('hex').slice(0, 24);
}
