import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { makePrivateFolder } from '../core/folders.js';
import type { PhotoResult } from './enrol.js';

/** Metadata that stays the same while a file is not touched. */
export interface FileMark {
  size: number;
  mtimeMs: number;
  ctimeMs: number;
  inode: number;
}

interface Contents {
  format: typeof FORMAT;
  /** Mark and SHA-256 by path relative to the gallery. */
  files: Map<string, FileMark & { sha256: string }>;
  /** Results by SHA-256, then by key. Those of other keys stay, so that switching between two models costs once. */
  results: Map<string, Map<string, PhotoResult>>;
}

/** Increase with every change of {@link Contents}. */
const FORMAT = 1;
const DIGEST_BYTES = 32;
/** The mark of a file that must be hashed again in any case. */
const NEVER: FileMark = { size: -1, mtimeMs: 0, ctimeMs: 0, inode: 0 };

/**
 * The results of one gallery's photos, by SHA-256 of the photo and a key of everything else they depend on (models,
 * limits). Photos that are gone are dropped by the next write after a complete reading. A cache file that is damaged, of
 * another format or not readable is ignored.
 */
export class EmbeddingCache {
  readonly #file: string;
  #old = emptyContents();
  #kept = emptyContents();
  #changed = false;

  /** @param file see {@link cacheFile} */
  constructor(file: string) {
    this.#file = file;
  }

  /** Reads the file; never rejects. @returns whether it was there and valid */
  async read(): Promise<boolean> {
    const contents = await readFile(this.#file)
      .then(decode)
      .catch(() => null);
    this.#old = contents ?? emptyContents();
    return contents !== null;
  }

  /** The SHA-256 of a file whose mark is the same as when it was hashed; null when it may have changed. */
  knownHash(name: string, mark: FileMark): string | null {
    const known = this.#old.files.get(name);
    if (!known) return null;
    const same = (['size', 'mtimeMs', 'ctimeMs', 'inode'] as const).every(
      (field) => known[field] === mark[field],
    );
    return same ? known.sha256 : null;
  }

  /** The result under this key; null when it is not known. */
  result(key: string, sha256: string): PhotoResult | null {
    return this.#kept.results.get(sha256)?.get(key) ?? this.#old.results.get(sha256)?.get(key) ?? null;
  }

  /** Keeps a result. @param mark null when the file is too new for its mark to be trusted */
  keep(name: string, mark: FileMark | null, key: string, sha256: string, result: PhotoResult): void {
    this.#changed ||=
      !this.#old.results.get(sha256)?.has(key) || (mark !== null && this.knownHash(name, mark) !== sha256);
    this.#kept.files.set(name, { ...(mark ?? NEVER), sha256 });
    const results = this.#kept.results.get(sha256) ?? new Map(this.#old.results.get(sha256));
    this.#kept.results.set(sha256, results.set(key, result));
  }

  /** The results under this key as they were read from the file, for a gallery that is away. */
  remembered(key: string): { name: string; sha256: string; result: PhotoResult }[] {
    return [...this.#old.files].flatMap(([name, { sha256 }]) => {
      const result = this.result(key, sha256);
      return result ? [{ name, sha256, result }] : [];
    });
  }

  /** Drops every other photo and its results. */
  retain(isThere: (name: string) => boolean): void {
    const files = [...this.#kept.files].filter(([name]) => isThere(name));
    const hashes = new Set(files.map(([, { sha256 }]) => sha256));
    const results = [...this.#kept.results].filter(([sha256]) => hashes.has(sha256));
    this.#kept = { format: FORMAT, files: new Map(files), results: new Map(results) };
  }

  /** Drops some photos and their results; {@link write} erases them from the file. @returns how many were known */
  forget(isGone: (name: string) => boolean): number {
    const known = new Set([...this.#old.files.keys(), ...this.#kept.files.keys()]);
    this.retain((name) => !isGone(name));
    return [...known].filter(isGone).length;
  }

  /** Keeps everything that was read from the file. */
  keepAll(): void {
    this.#kept = merged(this.#old, this.#kept);
  }

  /**
   * Writes what was kept if anything has changed: whole or not at all, readable by the owner only.
   *
   * @param complete true when every photo was read, so that the others are gone; else the others keep their results
   * @throws Error of the file system; the old file is then still there
   */
  async write(complete: boolean): Promise<void> {
    const forgotten =
      this.#old.results.size !== this.#kept.results.size || this.#old.files.size !== this.#kept.files.size;
    if (!this.#changed && !(complete && forgotten)) return;
    makePrivateFolder(path.dirname(this.#file));
    const temporary = `${this.#file}.${process.pid}.tmp`;
    // What is kept during the write belongs to the next one.
    const written = {
      ...this.#kept,
      files: new Map(this.#kept.files),
      results: new Map(this.#kept.results),
    };
    this.#changed = false;
    try {
      await writeFile(temporary, encode(complete ? this.#kept : merged(this.#old, this.#kept)), {
        mode: 0o600,
      });
      await rename(temporary, this.#file);
      if (complete) this.#old = written;
    } catch (error) {
      this.#changed = true;
      await rm(temporary, { force: true });
      throw error;
    }
  }
}

/** Where the cache of a gallery is. @param folder where caches are kept @param gallery the gallery's folder */
export function cacheFile(folder: string, gallery: string): string {
  const name = createHash('sha256').update(gallery).digest('hex').slice(0, 16);
  return path.join(folder, `gallery-${name}.cache`);
}

function emptyContents(): Contents {
  return { format: FORMAT, files: new Map(), results: new Map() };
}

function merged(old: Contents, kept: Contents): Contents {
  return {
    format: FORMAT,
    files: new Map([...old.files, ...kept.files]),
    results: new Map([...old.results, ...kept.results]),
  };
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
