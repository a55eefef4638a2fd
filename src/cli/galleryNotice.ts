import type { Gallery } from '../gallery/gallery.js';

/** What to say about a gallery that was just read: nothing when all of its photos are used. */
export function galleryNotice({ photos, snapshot }: Gallery, folder: string): string | null {
  const unused = photos.filter(({ result }) => result.state === 'unusable').length;
  const hint =
    unused > 0
      ? `${unused} of ${photos.length} photos cannot be used; "spotter gallery check" says why`
      : null;
  if (snapshot.people.length > 0) return hint;
  const why = photos.length === 0 ? 'it has no photos' : hint;
  return `the gallery ${folder} knows nobody, so every face is unknown: ${why}`;
}
