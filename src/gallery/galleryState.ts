import { isDeepStrictEqual } from 'node:util';
import type { GalleryFile } from './folder.js';
import type { PersonSettings } from './person.js';
import { isExpired, type PersonFile } from './person.js';
import type { PhotoReading } from './reader.js';
import { type GalleryFace, GallerySnapshot } from './snapshot.js';

/** A photo that was read: as which file, and what it gave. */
export interface ReadPhoto extends PhotoReading {
  person: string;
  name: string;
  /** What the file looked like, see {@link keyOf}. */
  key: string;
}

/** A file of settings that was read. */
export interface ReadSettings {
  person: string;
  name: string;
  key: string;
  content: PersonFile;
}

/** Everything known of a gallery at one moment. Never changes. */
export interface GalleryState {
  /** By name, sorted. */
  photos: ReadonlyMap<string, ReadPhoto>;
  files: ReadonlyMap<string, ReadSettings>;
  /** By person; nobody of whom nothing is said. */
  settings: ReadonlyMap<string, PersonSettings>;
  /** Sentences about files of settings that do not count. */
  faults: readonly string[];
  /** People with photos whose time is over, sorted. */
  expired: readonly string[];
  faces: readonly GalleryFace[];
  snapshot: GallerySnapshot;
}

/** Differs when a file may have changed. */
export function keyOf({ mark, refused }: GalleryFile): string {
  return refused ? `refused ${refused.message}` : JSON.stringify(mark);
}

export function emptyState(dimension: number): GalleryState {
  const nothing = { photos: new Map(), files: new Map(), settings: new Map(), faults: [], expired: [] };
  return { ...nothing, faces: [], snapshot: new GallerySnapshot([], dimension) };
}

/**
 * What follows from photos and settings.
 *
 * @param before settings of a faulty file are those from here; its snapshot stays where nothing that counts has changed
 * @param today ISO 8601 date
 * @param said counts instead of the files, where they cannot be read
 */
export function stateOf(
  photos: readonly ReadPhoto[],
  files: readonly ReadSettings[],
  before: Pick<GalleryState, 'settings' | 'faces' | 'expired' | 'snapshot'>,
  today: string,
  said?: ReadonlyMap<string, PersonSettings>,
): GalleryState {
  const sorted = [...photos].sort((a, b) => (a.name < b.name ? -1 : 1));
  const { settings, faults } = said ? { settings: said, faults: [] } : settingsOf(files, before.settings);
  const over = new Set([...settings].filter(([, said]) => isExpired(said, today)).map(([person]) => person));
  const expired = [
    ...new Set(sorted.map(({ person }) => person).filter((person) => over.has(person))),
  ].sort();
  const faces = sorted.flatMap(({ person, result }) =>
    result.state === 'used' && !over.has(person) ? [{ person, embedding: result.embedding }] : [],
  );
  const { dimension } = before.snapshot.matrix;
  const isSame = sameFaces(faces, before.faces) && isDeepStrictEqual(settings, before.settings);
  return {
    photos: new Map(sorted.map((photo) => [photo.name, photo])),
    files: new Map(files.map((file) => [file.name, file])),
    settings,
    faults,
    expired,
    faces: isSame ? before.faces : faces,
    snapshot: isSame ? before.snapshot : new GallerySnapshot(faces, dimension, settings),
  };
}

/** A person's folder speaks before a file beside it. */
function settingsOf(
  files: readonly ReadSettings[],
  before: ReadonlyMap<string, PersonSettings>,
): { settings: Map<string, PersonSettings>; faults: string[] } {
  const settings = new Map<string, PersonSettings>();
  const faults: string[] = [];
  const spokenFor = new Map<string, string>();
  const inside = (name: string) => (name.includes('/') ? 0 : 1);
  for (const { person, name, content } of [...files].sort((a, b) => inside(a.name) - inside(b.name))) {
    const other = spokenFor.get(person);
    if (other !== undefined) faults.push(`${name}: is not read, because ${other} is there; keep one`);
    else if (content.ok) settings.set(person, content.settings);
    else {
      faults.push(...content.faults);
      const last = before.get(person);
      if (last) settings.set(person, last);
    }
    if (name.endsWith('.yaml') && other === undefined) spokenFor.set(person, name);
  }
  return { settings, faults };
}

function sameFaces(a: readonly GalleryFace[], b: readonly GalleryFace[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ person, embedding }, i) => person === b[i].person && embedding === b[i].embedding)
  );
}
