import type { Gallery } from '../gallery/gallery.js';

/** A warning about a gallery that was just read; null when it has people and all of its photos are used. */
export function galleryNotice({ photos, snapshot }: Gallery, folder: string): string | null {
  const unused = photos.filter(({ result }) => result.state === 'unusable').length;
  const hint =
    unused > 0
      ? `${unused} of ${photos.length} photos ${unused === 1 ? 'is' : 'are'} unusable; run "spotter gallery check" to see why`
      : null;
  if (snapshot.people.length > 0) return hint;
  const why = photos.length === 0 ? 'it has no photos; add some with "spotter gallery add"' : hint;
  return `no usable photo in gallery ${folder}, so every face is unknown: ${why}`;
}
