import { inParallel } from '../core/inParallel.js';
import type { PeopleBucket } from './peopleBucket.js';
import type { LocalFolder, LocalLook } from './personSync.js';
import type { PhotoObjects } from './photoObjects.js';

const TRANSFERS = 4;

/** Where photos should be, and where they are. */
export interface LostPhotosRoom {
  folder: Pick<LocalFolder, 'read'>;
  bucket: Pick<PeopleBucket, 'people'>;
  photos: PhotoObjects;
}

/**
 * Stores the photos again that records name, that the servers have lost, and that this node has: after their store was deleted or emptied.
 *
 * @returns the number of photos that were stored
 * @throws an error of the client
 */
export async function restorePhotos(
  { folder, bucket, photos }: LostPhotosRoom,
  look: Pick<LocalLook, 'files'>,
): Promise<number> {
  const there = await photos.names();
  const wanted = new Set(
    [...bucket.people.values()].flatMap(({ record }) =>
      Object.values(record.files).map(({ sha256 }) => sha256),
    ),
  );
  const own = new Map([...look.files].map(([name, { sha256 }]) => [sha256, name]));
  const lost = [...own].filter(([sha256]) => wanted.has(sha256) && !there.has(photos.nameOf(sha256)));
  await inParallel(lost, TRANSFERS, async ([sha256, name]) => {
    await photos.put(sha256, () => folder.read(name));
  });
  return lost.length;
}
