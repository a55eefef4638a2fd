import type { GalleryFile, Listing } from './folder.js';
import { type GalleryState, keyOf, type ReadPhoto, type ReadSettings } from './galleryState.js';
import { readPerson } from './person.js';
import type { WriteSettled } from './writeSettled.js';

export interface TakeOverOptions {
  writeSettled: WriteSettled;
  /** `now` while another folder is in the place of the one before; ends when nobody is missing in it. */
  returning: { now: boolean };
  readPhoto: (file: GalleryFile) => Promise<ReadPhoto>;
  isStopping: () => boolean;
}

/** What counts from now on. */
export interface TakenOver {
  photos: ReadPhoto[];
  files: ReadSettings[];
  /** When to look again, ms from now; null: when something happens. */
  againMs: number | null;
}

/** Whoever is missing in a folder that has come back may still be on the way: so long nothing must have happened, ms. */
const RETURN_MS = 2000;
/** A change of many photos is taken over in parts of about so long, ms. */
const PART_MS = 2000;

/** Reads what has changed and settled in a folder since the state before. */
export async function takeOver(
  listing: Listing,
  before: GalleryState,
  { writeSettled, returning, readPhoto, isStopping }: TakeOverOptions,
): Promise<TakenOver> {
  const photos = new Map(before.photos);
  const files = new Map(before.files);
  const nowMs = performance.now();
  const gone = missing(listing, before);
  const changed = [...listing.photos, ...listing.settings].filter(
    (file) => (photos.get(file.name) ?? files.get(file.name))?.key !== keyOf(file),
  );
  const changes = new Map(changed.map((file) => [file.name, keyOf(file)]));
  for (const name of gone) changes.set(name, 'gone');
  const ripe = writeSettled.see(changes, nowMs);
  returning.now &&= gone.length > 0;
  const mayLeave = !returning.now || writeSettled.quietFor(nowMs) >= RETURN_MS;
  for (const name of mayLeave ? gone : []) {
    if (!ripe.has(name)) continue;
    photos.delete(name);
    files.delete(name);
    writeSettled.done(name);
  }
  const isSettings = new Set(listing.settings);
  let isPart = false;
  for (const file of changed.filter(({ name }) => ripe.has(name))) {
    isPart = performance.now() - nowMs > PART_MS;
    if (isPart || isStopping()) break;
    if (isSettings.has(file)) files.set(file.name, await readSettings(file));
    else {
      const photo = await readPhoto(file);
      const isBroken = photo.result.state === 'unusable' && photo.result.fault === 'unreadable';
      if (isBroken && writeSettled.putOff(file.name, nowMs)) continue;
      photos.set(file.name, photo);
    }
    writeSettled.done(file.name);
  }
  const againMs = isPart ? 0 : nextMs(writeSettled, returning.now);
  return { photos: [...photos.values()], files: [...files.values()], againMs };
}

/** Reads what is said of a person. Never throws. */
export async function readSettings(file: GalleryFile): Promise<ReadSettings> {
  return { person: file.person, name: file.name, key: keyOf(file), content: await readPerson(file) };
}

/** Names that were there and are not; a person's folder that cannot be read says nothing about what is in it. */
function missing({ photos, settings }: Listing, before: GalleryState): string[] {
  const there = new Set([...photos, ...settings].map(({ name }) => name));
  const closed = [...there].filter((name) => name.endsWith('/'));
  const known = [...before.photos.keys(), ...before.files.keys()];
  return known.filter((name) => !there.has(name) && !closed.some((folder) => name.startsWith(folder)));
}

/** Files that are gone are ripe long before they may leave a folder that has come back. */
function nextMs(writeSettled: WriteSettled, isReturning: boolean): number | null {
  const nowMs = performance.now();
  const next = writeSettled.nextMs(nowMs);
  return next === 0 && isReturning ? Math.max(0, RETURN_MS - writeSettled.quietFor(nowMs)) : next;
}
