import { isDeepStrictEqual } from 'node:util';

import type { GalleryState } from './galleryState.js';
import type { ReadPhoto } from './reader.js';

/** The difference between two readings of a gallery. Files are named relative to the gallery. */
export interface GalleryChange {
  /** People who can be matched now, or no longer. */
  people: { added: string[]; removed: string[] };
  photos: { added: string[]; replaced: string[]; removed: string[] };
  /** Those of the added and replaced photos that are not used, and why. */
  unusable: { name: string; fault: string; message: string }[];
  /** People whose settings have changed. */
  settings: string[];
  /** One sentence per new fault in the files of settings. */
  faults: string[];
  /** People whose last day has passed since. */
  expired: string[];
}

/** The outcome of Gallery.refresh. */
export interface Refreshed {
  /** null when nothing worth reporting has changed. */
  change: GalleryChange | null;
  /** Whether the folder has gone away or come back. */
  awayChanged: boolean;
  /** See Listing.folders; empty while the gallery is away, null while it does not answer. */
  folders: ReadonlyMap<string, string> | null;
  /** When to refresh again, ms from now; null: on the next sign of a change. */
  againMs: number | null;
}

/** The difference between two readings; null when nothing worth reporting has changed. */
export function changeBetween(before: GalleryState, after: GalleryState): GalleryChange | null {
  const people = new Set(before.snapshot.people);
  const peopleNow = new Set(after.snapshot.people);
  const changed = [...after.photos.values()].filter((photo) => isOther(before.photos.get(photo.name), photo));
  const reported = new Set(before.faults);
  const everybody = new Set([...before.settings.keys(), ...after.settings.keys()]);
  const change: GalleryChange = {
    people: {
      added: [...peopleNow].filter((person) => !people.has(person)),
      removed: [...people].filter((person) => !peopleNow.has(person)),
    },
    photos: {
      added: namesOf(changed.filter(({ name }) => !before.photos.has(name))),
      replaced: namesOf(changed.filter(({ name }) => before.photos.has(name))),
      removed: [...before.photos.keys()].filter((name) => !after.photos.has(name)),
    },
    unusable: changed.flatMap(({ name, result }) =>
      result.state === 'unusable' ? [{ name, fault: result.fault, message: result.message }] : [],
    ),
    settings: [...everybody]
      .filter((person) => !isDeepStrictEqual(before.settings.get(person), after.settings.get(person)))
      .sort(),
    faults: after.faults.filter((fault) => !reported.has(fault)),
    expired: after.expired.filter((person) => !before.expired.includes(person)),
  };
  const lists = [change.unusable, change.settings, change.faults, change.expired];
  const parts = [...Object.values(change.people), ...Object.values(change.photos), ...lists];
  const isMended = after.faults.length < before.faults.length;
  return isMended || parts.some((part) => part.length > 0) ? change : null;
}

/** A file that was only touched holds the same photo. */
function isOther(before: ReadPhoto | undefined, after: ReadPhoto): boolean {
  if (!before || before.person !== after.person) return true;
  if (before.sha256 !== null || after.sha256 !== null) return before.sha256 !== after.sha256;
  return !isDeepStrictEqual(before.result, after.result);
}

function namesOf(photos: readonly ReadPhoto[]): string[] {
  return photos.map(({ name }) => name);
}
