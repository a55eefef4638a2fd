import { inParallel } from './inParallel.js';
import { within } from './membership.js';
import type { Joined } from './part.js';
import type { PeopleBucket } from './peopleBucket.js';
import type { PhotoObjects } from './photoObjects.js';
import type { SharedEmbeddings } from './sharedEmbeddings.js';

/** A photo without a record may be one that is being added, ms. */
const LEAST_AGE_MS = 10 * 60_000;
const AT_A_TIME = 4;
const TIMEOUT_MS = 5000;

/** Deletes photos that nobody has any more, and what was worked out of them. @throws an error of the client */
export async function removeUnused(room: {
  joined: Joined;
  bucket: PeopleBucket;
  photos: PhotoObjects;
  embeddings: SharedEmbeddings;
}): Promise<void> {
  const { joined, bucket, photos, embeddings } = room;
  const used = () =>
    new Set(
      [...bucket.people.values()].flatMap(({ record }) =>
        Object.values(record.files).map(({ sha256 }) => photos.nameOf(sha256)),
      ),
    );
  const before = used();
  const old = (await photos.list()).filter(({ name, ageMs }) => ageMs > LEAST_AGE_MS && !before.has(name));
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
