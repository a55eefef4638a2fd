import type { Files } from './files.js';
import { fileKey, type GalleryFile, type Listing } from './folder.js';
import type { GalleryState, ReadSettings } from './galleryState.js';
import { listingChanges } from './listingChanges.js';
import type { ReadPhoto } from './reader.js';
import { WriteSettled, type WriteSettledOptions } from './writeSettled.js';

/** How files are read, and for how long a changed one must have stayed the same. */
export interface ChangeReaderOptions {
  readPhoto: (file: GalleryFile, files: Files) => Promise<ReadPhoto>;
  readSettings: (file: GalleryFile, files: Files) => Promise<ReadSettings>;
  writeSettled: WriteSettledOptions;
}

/** The photos and settings from now on. */
export interface ReadChanges {
  photos: ReadPhoto[];
  files: ReadSettings[];
  /** When to read again, ms from now; null when nothing is waiting. */
  againMs: number | null;
}

/** A file missing from a folder that has come back may still be on its way until nothing has changed for this long, ms. */
const RETURN_MS = 2000;
/** Many changes are applied in parts that take about this long to read, ms. */
const PART_MS = 2000;

/** Reads what has changed in a folder and settled, and keeps what was read before of the rest. */
export class ChangeReader {
  readonly #options: ChangeReaderOptions;
  readonly #writeSettled: WriteSettled;
  /** Another folder has taken the place of the one before, and some of its files are still missing. */
  #isReturning = false;

  constructor(options: ChangeReaderOptions) {
    this.#options = options;
    this.#writeSettled = new WriteSettled(options.writeSettled);
  }

  /**
   * Reads the changes of a listing.
   *
   * @param access reads the files
   * @param isOtherFolder whether another folder has taken the place of the one read before
   * @throws those of the functions that read
   */
  async read(
    listing: Listing,
    access: Files,
    before: Pick<GalleryState, 'photos' | 'files'>,
    isOtherFolder: boolean,
    signal?: AbortSignal,
  ): Promise<ReadChanges> {
    const nowMs = performance.now();
    const photos = new Map(before.photos);
    const files = new Map(before.files);
    const { changed, gone } = listingChanges(listing, before);
    const keys = new Map(changed.map((file) => [file.name, fileKey(file)]));
    for (const name of gone) keys.set(name, 'gone');
    const settled = this.#writeSettled.observe(keys, nowMs);
    this.#isReturning = (this.#isReturning || isOtherFolder) && gone.length > 0;
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
      if (isSettings.has(file)) files.set(file.name, await this.#options.readSettings(file, access));
      else {
        const photo = await this.#options.readPhoto(file, access);
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
}
