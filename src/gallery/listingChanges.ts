import { fileKey, type GalleryFile, type Listing } from './folder.js';
import type { GalleryState } from './galleryState.js';

/** How a folder differs from what was read of it. */
export interface ListingChanges {
  /** Files that are new or may have changed: photos, then settings. */
  changed: GalleryFile[];
  /** Names of files that were read and are no longer there. */
  gone: string[];
}

/** Compares a folder with what was read of it. The files of a person whose folder cannot be read are not gone. */
export function listingChanges(
  { photos, settings }: Pick<Listing, 'photos' | 'settings'>,
  before: Pick<GalleryState, 'photos' | 'files'>,
): ListingChanges {
  const present = [...photos, ...settings];
  const names = new Set(present.map(({ name }) => name));
  const closed = [...names].filter((name) => name.endsWith('/'));
  const known = new Map<string, { key: string }>([...before.photos, ...before.files]);
  return {
    changed: present.filter((file) => known.get(file.name)?.key !== fileKey(file)),
    gone: [...known.keys()].filter(
      (name) => !names.has(name) && !closed.some((folder) => name.startsWith(folder)),
    ),
  };
}
