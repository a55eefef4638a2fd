import { createHash } from 'node:crypto';
import { lstat, mkdir, readFile, realpath, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { hasErrno, SpotterError } from '../core/errors.js';
import { nameFault } from '../core/personName.js';
import { cacheFile, EmbeddingCache, type FileMark, isSameMark } from './cache.js';
import { whyUnwritable } from './edit.js';
import { FileGuard } from './fileGuard.js';
import { localFiles } from './files.js';
import { type GalleryFile, type Listing, listGallery, personOf } from './folder.js';
import { isPhotoName } from './photoFiles.js';
import { setAsideFolders } from './setAsideFolders.js';
import { writeWhole } from './wholeFiles.js';

/** A file of a person. */
export interface FolderFile {
  person: string;
  sha256: string;
  bytes: number;
}

/** Everything that a gallery's folder has of its people, photos that are set aside included. */
export interface FolderLook {
  /** Changes when another folder takes the place of this one. */
  identity: string;
  /** Whether a file system is mounted here. */
  isMount: boolean;
  /** By name: relative to the gallery, with forward slashes. */
  files: ReadonlyMap<string, FolderFile>;
  /** Whether it is uncertain what a file contains, or whether it is there. */
  isUnknown: (name: string) => boolean;
  /** When to look again, ms from now, because a file is being written; null: when something changes. */
  againMs: number | null;
}

/** Larger photos are not read by the gallery either. */
const MAX_PHOTO_BYTES = 100e6;
const MAX_SETTINGS_BYTES = 64 * 1024;
/** For how long a file must have stayed the same before it is taken as whole, ms. */
const QUIET_MS = 250;
/** A mark is only trusted on a file older than this, ms: two changes within the clock's resolution leave the same mark. */
const SETTLED_MS = 2000;
const SETTINGS = /\.yaml$/;

/** Photos and settings in a gallery's folder by their content, and changes of them. Never follows a link that it writes to. */
export class FolderFiles {
  readonly #folder: string;
  readonly #cacheFolder: string;
  readonly #guard: FileGuard;
  readonly #hashes = new Map<string, { mark: FileMark; sha256: string }>();
  /** Since when a file has been seen as it is, monotonic ms, by name: for those that have just been changed. */
  readonly #young = new Map<string, { mark: FileMark; sinceMs: number }>();
  #cache: EmbeddingCache | null = null;
  #listing: Listing | null = null;

  /** @param cacheFolder where the gallery's cache is: it knows photos by their content already */
  constructor(folder: string, cacheFolder: string) {
    this.#folder = folder;
    this.#cacheFolder = cacheFolder;
    this.#guard = new FileGuard({ folder });
  }

  /**
   * Looks at the folder.
   *
   * @param isWanted people of whom anything may have changed since the last look; default: everybody
   * @throws SpotterError gallery.not_found
   */
  async look(isWanted: ((person: string) => boolean) | null = null): Promise<FolderLook> {
    if (!this.#cache) {
      this.#cache = new EmbeddingCache(cacheFile(this.#cacheFolder, this.#folder));
      await this.#cache.read();
    }
    const known = isWanted && this.#listing;
    const changed =
      known && [...known.parts.keys()].filter((name) => isWanted(personOf(name)) || isWanted(name));
    const listing = await this.#guard.attempt((files) =>
      listGallery(
        this.#folder,
        known &&
          changed && { listing: known, changed: new Set(changed.map((name) => path.join(known.root, name))) },
        files,
      ),
    );
    this.#listing = listing;
    const files = new Map<string, FolderFile>();
    const unknown = new Set<string>();
    let isBusy = false;
    const add = async (file: GalleryFile, name: string) => {
      const isNew = file.mark !== null && this.#ageOf(name, file.mark) < QUIET_MS;
      isBusy ||= isNew;
      const sha256 = isNew ? null : await this.#hashOf(file, name);
      if (sha256 === null || file.mark === null) unknown.add(name);
      else files.set(name, { person: file.person, sha256, bytes: file.mark.size });
    };
    for (const file of [...listing.photos, ...listing.settings]) await add(file, file.name);
    for (const { folder } of await setAsideFolders(listing.root)) {
      const aside = await this.#guard.attempt((access) => listGallery(folder, null, access));
      const prefix = path.relative(listing.root, aside.root).split(path.sep).join('/');
      for (const file of [...aside.photos, ...aside.settings]) await add(file, `${prefix}/${file.name}`);
    }
    for (const name of this.#hashes.keys()) if (!files.has(name)) this.#hashes.delete(name);
    for (const name of this.#young.keys())
      if (!files.has(name) && !unknown.has(name)) this.#young.delete(name);
    const closed = [...unknown].filter((name) => name.endsWith('/'));
    return {
      identity: listing.identity,
      isMount: listing.isMount,
      files,
      isUnknown: (name) => unknown.has(name) || closed.some((folder) => name.startsWith(folder)),
      againMs: isBusy ? QUIET_MS : null,
    };
  }

  /** The content of a file; null when it is gone. */
  async read(name: string): Promise<Uint8Array | null> {
    return readFile(this.#placeOf(name)).catch(() => null);
  }

  /**
   * Writes a file, whole or not at all.
   *
   * @param expected SHA-256 of what is there, null for nothing
   * @returns false when something else is there by now; nothing is written then
   * @throws SpotterError gallery.unwritable; usage for a name that is none of a gallery, or a link in the way
   */
  write(name: string, content: Uint8Array, expected: string | null): Promise<boolean> {
    return this.#change(name, async (target) => {
      if ((await contentOf(target)) !== expected) return false;
      await writeWhole(target, content);
      return true;
    });
  }

  /** Gives a file another name. @returns false when it is another file by now, or there is one of that name @throws as {@link write} does */
  move(name: string, to: string, expected: string): Promise<boolean> {
    return this.#change(to, async (target) => {
      const source = this.#placeOf(name);
      if ((await contentOf(source)) !== expected || (await contentOf(target)) !== null) return false;
      await rename(source, target);
      await this.#removeEmpty(path.dirname(source));
      return true;
    });
  }

  /** Removes a file, and folders that are empty then. @returns false when it is another file by now @throws as {@link write} does */
  remove(name: string, expected: string): Promise<boolean> {
    return this.#change(name, async (target) => {
      const there = await contentOf(target);
      if (there !== expected) return there === null;
      await rm(target, { force: true });
      await this.#removeEmpty(path.dirname(target));
      return true;
    });
  }

  /** Removes a folder, and those that it is in, as far as they are empty. */
  async #removeEmpty(folder: string): Promise<void> {
    for (let next = folder; next !== this.#root; next = path.dirname(next)) {
      const isRemoved = await rmdir(next).then(
        () => true,
        () => false,
      );
      if (!isRemoved) return;
    }
  }

  get #root(): string {
    return this.#listing?.root ?? path.resolve(this.#folder);
  }

  #placeOf(name: string): string {
    return path.join(this.#root, name);
  }

  async #change(name: string, work: (target: string) => Promise<boolean>): Promise<boolean> {
    if (!isNameOfGallery(name))
      throw new SpotterError('usage', `${JSON.stringify(name)} is no name in a gallery`);
    const target = this.#placeOf(name);
    try {
      await this.#makeFolder(path.dirname(target));
      return await work(target);
    } catch (cause) {
      if (cause instanceof SpotterError) throw cause;
      const message = `cannot change ${name} in ${this.#folder}: ${whyUnwritable(cause)}`;
      throw new SpotterError('gallery.unwritable', message, { cause });
    }
  }

  async #makeFolder(folder: string): Promise<void> {
    if (folder === this.#root) return;
    await this.#makeFolder(path.dirname(folder));
    await mkdir(folder).catch((error: unknown) => {
      if (!hasErrno(error, 'EEXIST')) throw error;
    });
    if ((await realpath(folder)) !== folder)
      throw new SpotterError(
        'usage',
        `${folder} is a link; make it a folder, so that photos of other nodes can be stored`,
      );
  }

  /**
   * For how long a file has been as it is, ms. By the clocks of file system and machine, which need not agree; by how long it has been
   * seen so, where those say less.
   */
  #ageOf(name: string, mark: FileMark): number {
    const ageMs = Date.now() - mark.ctimeMs;
    const seen = this.#young.get(name);
    if (ageMs > SETTLED_MS) this.#young.delete(name);
    else if (seen && isSameMark(seen.mark, mark)) return Math.max(ageMs, performance.now() - seen.sinceMs);
    else this.#young.set(name, { mark, sinceMs: performance.now() });
    return ageMs;
  }

  /** null when the file cannot be read, or is not read by the gallery either. */
  async #hashOf({ path: file, mark, refused }: GalleryFile, name: string): Promise<string | null> {
    if (mark === null || refused || mark.size > (isPhotoName(name) ? MAX_PHOTO_BYTES : MAX_SETTINGS_BYTES))
      return null;
    const known = this.#hashes.get(name);
    if (known && isSameMark(known.mark, mark)) return known.sha256;
    const cached = this.#cache?.knownHash(name, mark);
    const sha256 = cached ?? (await contentOf(file));
    if (sha256 !== null && this.#ageOf(name, mark) > SETTLED_MS) this.#hashes.set(name, { mark, sha256 });
    return sha256;
  }
}

/** Whether a name, relative to a gallery, is that of a photo or of settings of somebody, as other nodes may send it. */
export function isNameOfGallery(name: string): boolean {
  const parts = name.split('/');
  const own = parts[0] === '.set-aside' && ['photos', 'people'].includes(parts[1]) ? parts.slice(2) : parts;
  const file = own.at(-1) ?? '';
  if (
    own.length < 1 ||
    own.length > 3 ||
    own.some((part) => part === '' || part.startsWith('.') || /[\0\\]/.test(part))
  )
    return false;
  return (
    (isPhotoName(file) || SETTINGS.test(file) || /\.ya?ml\.[0-9a-f]{8}$/.test(file)) &&
    nameFault(personOf(own.join('/'))) === null
  );
}

/** The SHA-256 of a file; null where there is none. */
async function contentOf(file: string): Promise<string | null> {
  const stats = await lstat(file).catch(() => null);
  if (!stats) return null;
  const bytes = await localFiles.readFile(file);
  return createHash('sha256').update(bytes).digest('hex');
}
