import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { makePrivateFolder } from '../core/folders.js';
import { writePrivateFile } from '../core/privateFile.js';

const FORMAT = 1;
const contents = z.object({
  format: z.literal(FORMAT),
  /** Identity of the bucket of people, and the highest revision that was seen in it. */
  bucket: z.object({ id: z.string(), revision: z.int() }),
  /** Identity of the gallery's folder. */
  folder: z.object({ identity: z.string(), isMount: z.boolean() }),
  /** Files that folder and record had in common, by key of the person and name: SHA-256. */
  people: z.record(z.string(), z.record(z.string(), z.string())),
});
type Contents = z.output<typeof contents>;

/** What a node's folder and the records of its cluster last had in common: a private file, which is whole at any time. */
export class SyncBase {
  readonly #file: string;
  #contents: Contents | null = null;
  #isChanged = false;

  /** @param folder where the file is kept */
  constructor(folder: string) {
    this.#file = path.join(folder, 'people.json');
  }

  /**
   * Reads the file. Another bucket, one that has lost what it had, or another folder shares nothing with what was there before: then
   * nothing is taken for deleted.
   *
   * @param bucket identity of the bucket, and the last revision in it
   */
  open(bucket: Contents['bucket']): void {
    this.#contents ??= read(this.#file);
    const before = this.#contents;
    if (before && before.bucket.id === bucket.id && before.bucket.revision <= bucket.revision) return;
    this.#contents = { format: FORMAT, bucket, folder: { identity: '', isMount: false }, people: {} };
    this.#isChanged = true;
  }

  /** Whether the folder that is there now is one where a file system was mounted, and is not any more. */
  isUnmounted(folder: Contents['folder']): boolean {
    return this.#contents?.folder.isMount === true && !folder.isMount;
  }

  /** Takes note of the folder; see {@link open}. */
  noteFolder(folder: Contents['folder']): void {
    const before = this.#contents;
    if (!before || before.folder.identity === folder.identity) return;
    this.#contents = { ...before, folder, people: {} };
    this.#isChanged = true;
  }

  noteRevision(revision: number): void {
    if (!this.#contents || revision <= this.#contents.bucket.revision) return;
    this.#contents.bucket.revision = revision;
    this.#isChanged = true;
  }

  /** Keys of everybody. */
  get keys(): string[] {
    return Object.keys(this.#contents?.people ?? {});
  }

  /** Names of all files; also before {@link open}. */
  get names(): string[] {
    this.#contents ??= read(this.#file);
    return Object.values(this.#contents?.people ?? {}).flatMap((own) => Object.keys(own));
  }

  /** Files of a person. */
  filesOf(personKey: string): Map<string, string> {
    return new Map(Object.entries(this.#contents?.people[personKey] ?? {}));
  }

  /** Sets what a person's file is on both sides; null: it is on neither. */
  agree(personKey: string, name: string, sha256: string | null): void {
    const people = this.#contents?.people;
    if (!people) return;
    const own = people[personKey] ?? {};
    if ((own[name] ?? null) === sha256) return;
    this.#isChanged = true;
    if (sha256 === null) delete own[name];
    else own[name] = sha256;
    if (Object.keys(own).length > 0) people[personKey] = own;
    else delete people[personKey];
  }

  /** Drops a person; also before {@link open}. */
  forget(personKey: string): void {
    this.#contents ??= read(this.#file);
    if (this.#contents?.people[personKey] === undefined) return;
    delete this.#contents.people[personKey];
    this.#isChanged = true;
  }

  /** Writes what has changed. @throws the system's error */
  write(): void {
    if (!this.#isChanged || !this.#contents) return;
    makePrivateFolder(path.dirname(this.#file));
    writePrivateFile(this.#file, JSON.stringify(this.#contents));
    this.#isChanged = false;
  }
}

function read(file: string): Contents | null {
  try {
    return contents.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Missing or damaged: then nothing is shared, and nothing is taken for deleted.
    return null;
  }
}
