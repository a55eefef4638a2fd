import { isSamePerson } from '../core/personName.js';
import { findingsAmong } from '../gallery/findings.js';
import type { Gallery } from '../gallery/gallery.js';
import type { Examined } from '../ipc/requests.js';

/** The name of a photo that has none yet. */
const NEW = '.new';

/**
 * Whether a photo would be used as one of a person, and what a check of the gallery would find about it.
 *
 * @param threshold cosine similarity of a match
 * @throws SpotterError of the worker pool
 */
export async function examinePhoto(
  gallery: Pick<Gallery, 'photos' | 'examine'>,
  picture: Uint8Array,
  person: string,
  threshold: number,
): Promise<Examined> {
  const result = await gallery.examine(picture, 'the photo');
  if (result.state === 'unusable') return { state: 'unusable', fault: result.fault, message: result.message };
  const { photos } = gallery;
  const own = photos.find((photo) => isSamePerson(photo.person, person))?.person ?? person;
  const added = { person: own, name: NEW, sha256: null, result };
  const findings = findingsAmong([...photos, added], threshold, (name) => name === NEW);
  // Of a pair, the other photo may be the one that is reported.
  const warnings = findings.map(({ photo, message }) =>
    (photo === NEW ? message : `${photo} ${message}`).replaceAll(NEW, 'this photo'),
  );
  return { state: 'used', note: result.note ?? null, warnings };
}
