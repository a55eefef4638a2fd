import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { makePrivateFolder } from '../core/folders.js';
import type { PhotoResult } from './enrol.js';

/** What tells that a file has not been touched since it was hashed. */
export interface FileMark {
  size: number;
  mtimeMs: number;
  ctimeMs: number;
  inode: number;
}

interface Contents {
  format: typeof FORMAT;
  /** Relative path to its mark and SHA-256. */
  files: Map<string, FileMark & { sha256: string }>;
  /** SHA-256 to key to what the photo gave. Results under other keys stay: comparing two models costs once. */
  results: Map<string, Map<string, PhotoResult>>;
}

/** To be raised with every change of {@link Contents}. */
const FORMAT = 1;
const DIGEST_BYTES = 32;
/** The mark of a file that is looked into again in any case. */
const NEVER: FileMark = { size: -1, mtimeMs: 0, ctimeMs: 0, inode: 0 };

/**
 * What the photos of one gallery gave, by SHA-256 of the photo and key of everything else that counts (models,
 * limits). Photos that are gone are forgotten with the next write after a whole reading. A file that is damaged, of
 * another format or not readable counts as none.
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

  /** @returns whether there was one that counts */
  async read(): Promise<boolean> {
    const contents = await readFile(this.#file)
      .then(decode)
      .catch(() => null);
    this.#old = contents ?? emptyContents();
    return contents !== null;
  }

  /** The SHA-256 that the file had when it looked exactly like this; null when it may have changed. */
  knownHash(name: string, mark: FileMark): string | null {
    const known = this.#old.files.get(name);
    if (!known) return null;
    const same = (['size', 'mtimeMs', 'ctimeMs', 'inode'] as const).every(
      (field) => known[field] === mark[field],
    );
    return same ? known.sha256 : null;
  }

  result(key: string, sha256: string): PhotoResult | null {
    return this.#kept.results.get(sha256)?.get(key) ?? this.#old.results.get(sha256)?.get(key) ?? null;
  }

  /** @param mark null when the file is too young to be sure of it next time */
  keep(name: string, mark: FileMark | null, key: string, sha256: string, result: PhotoResult): void {
    this.#changed ||=
      !this.#old.results.get(sha256)?.has(key) || (mark !== null && this.knownHash(name, mark) !== sha256);
    this.#kept.files.set(name, { ...(mark ?? NEVER), sha256 });
    const results = this.#kept.results.get(sha256) ?? new Map(this.#old.results.get(sha256));
    this.#kept.results.set(sha256, results.set(key, result));
  }

  /** What the photos gave when they were last written, by name: for a gallery that is away. */
  remembered(key: string): { name: string; sha256: string; result: PhotoResult }[] {
    return [...this.#old.files].flatMap(([name, { sha256 }]) => {
      const result = this.result(key, sha256);
      return result ? [{ name, sha256, result }] : [];
    });
  }

  /** Forgets every photo but these, and what they gave. */
  retain(isThere: (name: string) => boolean): void {
    const files = [...this.#kept.files].filter(([name]) => isThere(name));
    const hashes = new Set(files.map(([, { sha256 }]) => sha256));
    const results = [...this.#kept.results].filter(([sha256]) => hashes.has(sha256));
    this.#kept = { format: FORMAT, files: new Map(files), results: new Map(results) };
  }

  /** Forgets some photos, and what they gave, once {@link write} has written it. @returns how many were known */
  forget(isGone: (name: string) => boolean): number {
    const known = new Set([...this.#old.files.keys(), ...this.#kept.files.keys()]);
    this.retain((name) => !isGone(name));
    return [...known].filter(isGone).length;
  }

  /** Takes up all that was written, so that what is not kept anew stays. */
  keepAll(): void {
    this.#kept = merged(this.#old, this.#kept);
  }

  /**
   * Writes what was kept, if anything changed: whole or not at all, readable by the owner only.
   *
   * @param complete every photo was visited: the others are gone. Else what was known about the others stays.
   */
  async write(complete: boolean): Promise<void> {
    const forgotten =
      this.#old.results.size !== this.#kept.results.size || this.#old.files.size !== this.#kept.files.size;
    if (!this.#changed && !(complete && forgotten)) return;
    makePrivateFolder(path.dirname(this.#file));
    const temporary = `${this.#file}.${process.pid}.tmp`;
    // What is kept while this is being written goes with the next time.
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

/** @throws Error when another version of Node wrote the bytes in a form that this one does not read */
function decode(bytes: Buffer): Contents | null {
  const body = bytes.subarray(DIGEST_BYTES);
  const intact = createHash('sha256').update(body).digest().equals(bytes.subarray(0, DIGEST_BYTES));
  if (!intact) return null;
  const contents = deserialize(body) as Contents;
  return contents.format === FORMAT ? contents : null;
}
