import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { makePrivateFolder } from '../core/folders.js';
import { writePrivateFile } from '../core/privateFile.js';

const FORMAT = 1;
const pending = z.object({
  /** See {@link Sealer.personKey}. */
  person: z.string(),
  /** Whether this node has erased the person. */
  isErased: z.boolean(),
  /** Numbers of the messages in the stream of events that name the person. */
  events: z.array(z.int()),
});
const contents = z.object({
  format: z.literal(FORMAT),
  /** Identity of the bucket that the revision belongs to. */
  bucket: z.string(),
  /** Revision of the last tombstone that this node is done with. */
  done: z.int(),
  pending: z.array(pending),
});

/** Somebody whom this node has to forget, and of whom the others do not know yet. */
export type PendingForget = z.output<typeof pending>;

/** Which people this node has erased because they were forgotten, and whom the others are still to erase; in a private file, without names. */
export class ForgetState {
  readonly #file: string;

  /** @param folder where the file is kept */
  constructor(folder: string) {
    this.#file = path.join(folder, 'forgotten.json');
  }

  /** Revision of the last tombstone that this node is done with; 0 for a node that has seen none of a bucket. */
  doneIn(bucket: string): number {
    const known = this.#read();
    return known.bucket === bucket ? known.done : 0;
  }

  /** Whom the others are still to erase. */
  get pending(): PendingForget[] {
    return this.#read().pending;
  }

  /** @throws the system's error */
  noteDone(bucket: string, revision: number): void {
    this.#write({ ...this.#read(), bucket, done: revision });
  }

  /** Adds somebody, or replaces what is known. @throws the system's error */
  add(one: PendingForget): void {
    const known = this.#read();
    this.#write({ ...known, pending: [...known.pending.filter(({ person }) => person !== one.person), one] });
  }

  /** @throws the system's error */
  remove(personKey: string): void {
    const known = this.#read();
    this.#write({ ...known, pending: known.pending.filter(({ person }) => person !== personKey) });
  }

  #read(): z.output<typeof contents> {
    const empty = { format: FORMAT, bucket: '', done: 0, pending: [] } as z.output<typeof contents>;
    if (!existsSync(this.#file)) return empty;
    try {
      return contents.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch {
      // Damaged: every tombstone is followed once more, which does no harm.
      return empty;
    }
  }

  #write(value: z.output<typeof contents>): void {
    makePrivateFolder(path.dirname(this.#file));
    writePrivateFile(this.#file, JSON.stringify(value));
  }
}
