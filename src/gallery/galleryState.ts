import { isDeepStrictEqual } from 'node:util';
import { isSamePerson } from '../core/personName.js';
import type { Files } from './files.js';
import { fileKey, type GalleryFile } from './folder.js';
import { isExpired, type PersonFile, type PersonSettings, readPerson } from './person.js';
import type { ReadPhoto } from './reader.js';
import { type GalleryFace, GallerySnapshot } from './snapshot.js';
import { spellingNotes, withOneSpelling } from './spellings.js';

/** A file of settings that was read. */
export interface ReadSettings {
  person: string;
  /** Relative to the gallery. */
  name: string;
  /** See {@link fileKey}. */
  key: string;
  content: PersonFile;
}

/** Everything known of a gallery at one moment. Immutable. */
export interface GalleryState {
  /** By name, sorted. */
  photos: ReadonlyMap<string, ReadPhoto>;
  /** Files of settings by name. */
  files: ReadonlyMap<string, ReadSettings>;
  /** By person; only people who have a person.yaml. */
  settings: ReadonlyMap<string, PersonSettings>;
  /** One sentence per fault in the files of settings. */
  faults: readonly string[];
  /** One sentence per person whose name is spelled in several ways. */
  notes: readonly string[];
  /** People with photos whose last day is over, sorted. */
  expired: readonly string[];
  faces: readonly GalleryFace[];
  snapshot: GallerySnapshot;
}

/** A gallery before it was read. @param dimension number of values per embedding */
export function emptyGalleryState(dimension: number): GalleryState {
  const nothing = {
    photos: new Map(),
    files: new Map(),
    settings: new Map(),
    faults: [],
    notes: [],
    expired: [],
  };
  return { ...nothing, faces: [], snapshot: new GallerySnapshot([], dimension) };
}

/**
 * The state that follows from photos and settings.
 *
 * @param before provides the settings of a faulty file, and the snapshot where faces and settings are the same
 * @param today ISO 8601 date
 * @param override settings to use instead of the files, where those cannot be read
 */
export function galleryStateOf(
  photos: readonly ReadPhoto[],
  files: readonly ReadSettings[],
  before: Pick<GalleryState, 'settings' | 'faces' | 'expired' | 'snapshot'>,
  today: string,
  override?: ReadonlyMap<string, PersonSettings>,
): GalleryState {
  const all = withOneSpelling<ReadPhoto | ReadSettings>([...photos, ...files]);
  const sorted = all.filter((file) => 'result' in file).sort((a, b) => (a.name < b.name ? -1 : 1));
  const texts = all.filter((file) => 'content' in file);
  const { settings, faults } = override
    ? { settings: override, faults: [] }
    : settingsOf(texts, before.settings);
  const over = new Set([...settings].filter(([, own]) => isExpired(own, today)).map(([person]) => person));
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
    notes: spellingNotes(all),
    files: new Map(texts.map((file) => [file.name, file])),
    settings,
    faults,
    expired,
    faces: isSame ? before.faces : faces,
    snapshot: isSame ? before.snapshot : new GallerySnapshot(faces, dimension, settings),
  };
}

/**
 * The state without a person's photos and settings.
 *
 * @param today ISO 8601 date
 * @param isAway the files cannot be read now: the settings known before stay, except the person's
 */
export function galleryStateWithout(
  person: string,
  before: GalleryState,
  today: string,
  isAway: boolean,
): GalleryState {
  const ofOthers = <T extends { person: string }>(all: ReadonlyMap<string, T>) =>
    [...all.values()].filter((one) => !isSamePerson(one.person, person));
  const settings = new Map([...before.settings].filter(([name]) => !isSamePerson(name, person)));
  return galleryStateOf(
    ofOthers(before.photos),
    ofOthers(before.files),
    before,
    today,
    isAway ? settings : undefined,
  );
}

/** The file in a person's folder takes precedence over one beside it. */
function settingsOf(
  files: readonly ReadSettings[],
  before: ReadonlyMap<string, PersonSettings>,
): { settings: Map<string, PersonSettings>; faults: string[] } {
  const settings = new Map<string, PersonSettings>();
  const faults: string[] = [];
  const fileOf = new Map<string, string>();
  const inside = (name: string) => (name.includes('/') ? 0 : 1);
  for (const { person, name, content } of [...files].sort((a, b) => inside(a.name) - inside(b.name))) {
    const other = fileOf.get(person);
    if (other !== undefined) faults.push(`${name}: is not read, because ${other} is there; keep one`);
    else if (content.ok) settings.set(person, content.settings);
    else {
      faults.push(...content.faults);
      const last = before.get(person);
      if (last) settings.set(person, last);
    }
    if (name.endsWith('.yaml') && other === undefined) fileOf.set(person, name);
  }
  return { settings, faults };
}

function sameFaces(a: readonly GalleryFace[], b: readonly GalleryFace[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ person, embedding }, i) => person === b[i].person && embedding === b[i].embedding)
  );
}

/** Reads a file of settings. Never rejects. */
export async function readSettings(file: GalleryFile, files: Files): Promise<ReadSettings> {
  return { person: file.person, name: file.name, key: fileKey(file), content: await readPerson(file, files) };
}
