import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SpotterError } from '../core/errors.js';
import type { EmbeddingCache } from './cache.js';
import { type EnrolLimits, enrol, type PhotoResult } from './enrol.js';
import type { GalleryFile } from './folder.js';
import { decodePhoto } from './photo.js';
import type { PhotoFaceEngine } from './photoFaces.js';

export interface ReaderOptions {
  faceEngine: PhotoFaceEngine;
  limits: EnrolLimits;
  maxMegapixels: number;
  /** Differs when a photo may give another result: models, their settings. */
  modelKey: string;
}

/** What a photo gave; without a hash when it was not opened, or could not be. */
export interface PhotoReading {
  result: PhotoResult;
  sha256: string | null;
}

/** To be raised when enrol, faces, photo or face/ change what a photo gives: results of older code are not used. */
const CODE_VERSION = 1;
const UNREADABLE: PhotoReading = {
  sha256: null,
  result: { state: 'unusable', fault: 'unreadable', message: 'cannot be read; check its permissions' },
};
/** A file changed twice within the clock's grain looks unchanged: a mark is only trusted when the file was older. */
const SETTLED_MS = 2000;

/** Reads photos: from the cache what is known, with the networks what is not. */
export class PhotoReader {
  readonly #options: ReaderOptions;
  /** Of everything that decides over a result beside the photo. */
  readonly key: string;

  constructor(options: ReaderOptions) {
    this.#options = options;
    const { modelKey, limits, maxMegapixels } = options;
    const everything = JSON.stringify({ CODE_VERSION, modelKey, limits, maxMegapixels });
    this.key = createHash('sha256').update(everything).digest('hex').slice(0, 24);
  }

  /** @throws SpotterError of the worker pool */
  async read(file: GalleryFile, cache: EmbeddingCache): Promise<PhotoReading> {
    if (file.refused) return { result: { state: 'unusable', ...file.refused }, sha256: null };
    const { mark } = file;
    if (!mark) return UNREADABLE;
    const knownHash = cache.knownHash(file.name, mark);
    const known = knownHash && cache.result(this.key, knownHash);
    if (knownHash && known) {
      cache.keep(file.name, mark, this.key, knownHash, known);
      return { result: known, sha256: knownHash };
    }
    const bytes = await readFile(file.path).catch(() => null);
    if (!bytes) return UNREADABLE;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const result = cache.result(this.key, sha256) ?? (await this.embed(bytes, file.name));
    const settled = Date.now() - mark.ctimeMs > SETTLED_MS;
    cache.keep(file.name, settled ? mark : null, this.key, sha256, result);
    return { result, sha256 };
  }

  /** What a photo that is in memory gives. @param name for an error @throws SpotterError of the worker pool */
  async embed(bytes: Uint8Array, name: string): Promise<PhotoResult> {
    try {
      const { image } = await decodePhoto(bytes, 'it', this.#options.maxMegapixels);
      return await enrol(this.#options.faceEngine, image, this.#options.limits);
    } catch (error) {
      if (!(error instanceof SpotterError)) throw error;
      if (error.code === 'photo.too_large')
        return { state: 'unusable', fault: 'too_large', message: error.message };
      if (error.code === 'photo.unreadable')
        return { state: 'unusable', fault: 'unreadable', message: error.message };
      throw new SpotterError(error.code, `${name}: ${error.message}`, { cause: error });
    }
  }
}
