import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { makePrivateFolder } from '../core/folders.js';
import { isSamePerson } from '../core/personName.js';
import { isAbandoned, processMark } from '../core/processMark.js';
import type { PhotoResult } from './enrol.js';
import type { PersonSettings } from './person.js';

/** Metadata that stays the same while a file is not touched. */
export interface FileMark {
  size: number;
  mtimeMs: number;
  ctimeMs: number;
  inode: number;
}

/** What is remembered of a photo. */
interface CachedFile extends FileMark {
  sha256: string;
  /** Since when the photo is missing from the folder, Unix ms; not set while it is there. */
  missingSinceMs?: number;
}

/** What is remembered of a gallery's folder, for a start without it. */
export interface CachedFolder {
  /** By person; only people who have a person.yaml. */
  settings: ReadonlyMap<string, PersonSettings>;
  /** Whether a file system was mounted there. */
  isMount: boolean;
}

interface Contents {
  format: typeof FORMAT;
  /** By path relative to the gallery. */
  files: Map<string, CachedFile>;
  /** Results by SHA-256, then by key. Those of other keys stay, so that switching between two models costs once. */
  results: Map<string, Map<string, PhotoResult>>;
  /** Not set in files of earlier versions. */
  folder?: CachedFolder;
}

/** Increase with every change of {@link Contents} that an earlier or later version cannot read. */
const FORMAT = 1;
const DIGEST_BYTES = 32;
/** The mark of a cache that is being written. */
const UNFINISHED = /^gallery-[0-9a-f]{16}\.cache\.(.+)\.tmp$/;
/** The mark of a file that must be hashed again in any case. */
const NEVER: FileMark = { size: -1, mtimeMs: 0, ctimeMs: 0, inode: 0 };
/** For how long a photo that is missing from the folder is remembered, ms: a share may be there in part only. */
const REMEMBER_MISSING_MS = 7 * 24 * 60 * 60_000;

/**
 * The results of one gallery's photos, by SHA-256 of the photo and a key of everything else they depend on (models,
 * limits). A photo that is missing is remembered for a week. A cache file that is damaged, of another format or not
 * readable is ignored.
 */
export class EmbeddingCache {
  readonly #file: string;
  #contents = emptyContents();
  #isChanged = false;

  /** @param file see {@link cacheFile} */
  constructor(file: string) {
    this.#file = file;
  }

  /** Whether there is something to write. */
  get isChanged(): boolean {
    return this.#isChanged;
  }

  /** Names of all photos that are remembered, also of those that are missing; and of people with settings, each with a slash. */
  get names(): string[] {
    const { files, folder } = this.#contents;
    return [...files.keys(), ...[...(folder?.settings.keys() ?? [])].map((person) => `${person}/`)];
  }

  /** What is remembered of the folder; null when nothing is. */
  get folder(): CachedFolder | null {
    return this.#contents.folder ?? null;
  }

  /** Reads the file; never rejects. @returns whether it was there and valid */
  async read(): Promise<boolean> {
    const contents = await readFile(this.#file)
      .then(decode)
      .catch(() => null);
    this.#contents = contents ?? emptyContents();
    return contents !== null;
  }

  /** The SHA-256 of a file whose mark is the same as when it was hashed; null when it may have changed. */
  knownHash(name: string, mark: FileMark): string | null {
    const known = this.#contents.files.get(name);
    return known && isSameMark(known, mark) ? known.sha256 : null;
  }

  /** The result under this key; null when it is not known. */
  result(key: string, sha256: string): PhotoResult | null {
    return this.#contents.results.get(sha256)?.get(key) ?? null;
  }

  /** Keeps the result of a photo that is there. @param mark null when the file is too new for its mark to be trusted */
  keep(name: string, mark: FileMark | null, key: string, sha256: string, result: PhotoResult): void {
    const { files, results } = this.#contents;
    const before = files.get(name);
    const file = { ...(mark ?? NEVER), sha256 };
    const isMarked = before?.sha256 === sha256 && (mark === null || isSameMark(before, mark));
    if (!isMarked || before.missingSinceMs !== undefined || !results.get(sha256)?.has(key))
      this.#isChanged = true;
    files.set(name, file);
    results.set(sha256, new Map(results.get(sha256)).set(key, result));
  }

  /** The results of the photos that were there last, for a gallery that is away. @param resultOf by SHA-256 */
  remembered(
    resultOf: (sha256: string) => PhotoResult | null,
  ): { name: string; sha256: string; result: PhotoResult }[] {
    return [...this.#contents.files].flatMap(([name, { sha256, missingSinceMs }]) => {
      const result = missingSinceMs === undefined ? resultOf(sha256) : null;
      return result ? [{ name, sha256, result }] : [];
    });
  }

  /** Takes note of which photos are missing, and drops those that have been for a week. @param nowMs Unix ms */
  noteMissing(isThere: (name: string) => boolean, nowMs: number): void {
    const { files } = this.#contents;
    for (const [name, file] of files) {
      if (isThere(name)) continue;
      if (file.missingSinceMs === undefined) {
        files.set(name, { ...file, missingSinceMs: nowMs });
        this.#isChanged = true;
      } else if (nowMs - file.missingSinceMs > REMEMBER_MISSING_MS) this.#drop(name);
    }
  }

  /** Remembers the folder as it was read last. */
  noteFolder(folder: CachedFolder): void {
    if (isDeepStrictEqual(folder, this.#contents.folder)) return;
    this.#contents.folder = folder;
    this.#isChanged = true;
  }

  /**
   * Drops what is remembered of a person; {@link write} erases it from the file.
   *
   * @param isTheirs whether a photo, by its name, is the person's
   * @returns number of the person's photos
   */
  forget(person: string, isTheirs: (name: string) => boolean): number {
    const names = [...this.#contents.files.keys()].filter(isTheirs);
    for (const name of names) this.#drop(name);
    const { folder } = this.#contents;
    if (folder) {
      const settings = new Map([...folder.settings].filter(([name]) => !isSamePerson(name, person)));
      this.noteFolder({ ...folder, settings });
    }
    return names.length;
  }

  /**
   * Writes what is remembered if anything has changed: whole or not at all, readable by the owner only.
   *
   * @throws Error of the file system; the old file is then still there
   */
  async write(): Promise<void> {
    if (!this.#isChanged) return;
    makePrivateFolder(path.dirname(this.#file));
    const temporary = `${this.#file}.${processMark()}.tmp`;
    this.#dropUnused();
    const bytes = encode(this.#contents);
    // What changes during the write belongs to the next one.
    this.#isChanged = false;
    try {
      await writeFile(temporary, bytes, { mode: 0o600 });
      await rename(temporary, this.#file);
      await removeUnfinishedCaches(path.dirname(this.#file)).catch(() => {});
    } catch (error) {
      this.#isChanged = true;
      await rm(temporary, { force: true });
      throw error;
    }
  }

  #drop(name: string): void {
    this.#contents.files.delete(name);
    this.#isChanged = true;
  }

  /** Drops the results of photos that no file holds any more. */
  #dropUnused(): void {
    const { files, results } = this.#contents;
    const hashes = new Set([...files.values()].map(({ sha256 }) => sha256));
    for (const sha256 of results.keys()) if (!hashes.has(sha256)) results.delete(sha256);
  }
}

/** Where the cache of a gallery is. @param folder where caches are kept @param gallery the gallery's folder */
export function cacheFile(folder: string, gallery: string): string {
  const name = createHash('sha256').update(gallery).digest('hex').slice(0, 16);
  return path.join(folder, `gallery-${name}.cache`);
}

/** Removes what interrupted writes have left in a folder of caches. @throws the system's error */
export async function removeUnfinishedCaches(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const [, mark] = UNFINISHED.exec(name) ?? [];
    if (mark === undefined) continue;
    const stats = await stat(file).catch(() => null);
    if (stats && isAbandoned(mark, stats.mtimeMs)) await rm(file, { force: true });
  }
}

function emptyContents(): Contents {
  return { format: FORMAT, files: new Map(), results: new Map() };
}

/** Whether a file has not been touched. */
export function isSameMark(a: FileMark, b: FileMark): boolean {
  return (['size', 'mtimeMs', 'ctimeMs', 'inode'] as const).every((field) => a[field] === b[field]);
}

function encode(contents: Contents): Buffer {
  const body = serialize(contents);
  return Buffer.concat([createHash('sha256').update(body).digest(), body]);
}

/** @throws Error when another version of Node wrote the bytes in a form that this one cannot read */
function decode(bytes: Buffer): Contents | null {
  const body = bytes.subarray(DIGEST_BYTES);
  const intact = createHash('sha256').update(body).digest().equals(bytes.subarray(0, DIGEST_BYTES));
  if (!intact) return null;
  const contents = deserialize(body) as Contents;
  return contents.format === FORMAT ? contents : null;
}
