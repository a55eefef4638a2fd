import { inParallel } from '../core/inParallel.js';
import type { Joined } from './part.js';
import type { PeopleBucket } from './peopleBucket.js';
import type { PhotoObjects } from './photoObjects.js';
import type { SharedEmbeddings } from './sharedEmbeddings.js';
import { within } from './within.js';

/** A photo without a record may be one that is being added, ms. */
const LEAST_AGE_MS = 10 * 60_000;
/** After the start, and then, ms. */
const FIRST_MS = 10 * 60_000;
const EVERY_MS = 6 * 60 * 60_000;
const AT_A_TIME = 4;
const TIMEOUT_MS = 5000;

/** Where photos are, and which are used. */
export interface UnusedPhotosRoom {
  joined: Joined;
  bucket: PeopleBucket;
  photos: PhotoObjects;
  embeddings: SharedEmbeddings;
}

/** Looks for photos that nobody has any more every now and then, and deletes them. */
export class UnusedPhotos {
  readonly #room: UnusedPhotosRoom;
  #timer: NodeJS.Timeout | undefined;

  constructor(room: UnusedPhotosRoom) {
    this.#room = room;
  }

  start(): void {
    this.#timer = setTimeout(() => this.#run(), FIRST_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #run(): void {
    removeUnused(this.#room).catch(() => {
      // Tried again next time.
    });
    this.#timer = setTimeout(() => this.#run(), EVERY_MS);
  }
}

/**
 * Deletes photos that nobody has any more, and what was worked out of them.
 *
 * @param leastAgeMs younger ones stay
 * @throws an error of the client
 */
export async function removeUnused(room: UnusedPhotosRoom, leastAgeMs = LEAST_AGE_MS): Promise<void> {
  const { joined, bucket, photos, embeddings } = room;
  const used = () =>
    new Set(
      [...bucket.people.values()].flatMap(({ record }) =>
        Object.values(record.files).map(({ sha256 }) => photos.nameOf(sha256)),
      ),
    );
  const before = used();
  const old = (await photos.list()).filter(({ name, ageMs }) => ageMs >= leastAgeMs && !before.has(name));
  const now = used();
  await inParallel(old, AT_A_TIME, async ({ name }) => {
    if (now.has(name)) return;
    await photos.erase(name);
    await embeddings.erase(name, async (revision) => {
      const { streams } = joined.link.manager;
      await within(TIMEOUT_MS, streams.deleteMessage(`KV_${joined.names.embeddings}`, revision, true));
    });
  });
}
