import { nameFault } from '../core/personName.js';
import { type GalleryFile, listGallery } from './folder.js';
import { setAsideFolders } from './setAsideFolders.js';
import { withOneSpelling } from './spellings.js';

/** A photo of a person. */
export interface ListedPhoto {
  /** Relative to the person's folder, or the file's own name beside it. */
  file: string;
  /** Relative to the gallery, or to what is set aside of it. */
  name: string;
  /** Absolute path; empty for a folder that is not read. */
  path: string;
  isSetAside: boolean;
  /** Why it is not opened; null when it is. */
  refused: GalleryFile['refused'];
}

/** A person, and everything that the gallery's folder has of them. */
export interface ListedPerson {
  /** As the gallery spells it. */
  name: string;
  /** Those in use first, in the order of the folder. */
  photos: ListedPhoto[];
  /** The file of settings; null without one. */
  settings: GalleryFile | null;
}

/**
 * The people of a gallery, sorted: those with photos or settings. People who are set aside with everything are not among them.
 *
 * @throws SpotterError gallery.not_found
 */
export async function listPeople(folder: string): Promise<ListedPerson[]> {
  const { root, photos, settings } = await listGallery(folder);
  const people = new Map<string, ListedPerson>();
  const personOf = (name: string): ListedPerson => {
    const known = people.get(name) ?? { name, photos: [], settings: null };
    people.set(name, known);
    return known;
  };
  const isSettings = new Set(settings);
  const aside = new Set<GalleryFile>();
  for (const place of await setAsideFolders(root))
    if (place.kind === 'photos')
      for (const photo of (await listGallery(place.folder)).photos) aside.add(photo);
  const all = [...photos, ...settings, ...aside];
  for (const [index, file] of withOneSpelling(all).entries()) {
    if (nameFault(file.person) !== null) continue;
    const person = personOf(file.person);
    if (!isSettings.has(all[index])) person.photos.push(listed(file, aside.has(all[index])));
    // The file in the folder takes precedence over one beside it.
    else if (person.settings === null || file.name.includes('/')) person.settings = file;
  }
  return [...people.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function listed({ name, path, refused }: GalleryFile, isSetAside: boolean): ListedPhoto {
  return { file: name.slice(name.indexOf('/') + 1), name, path, refused, isSetAside };
}
