import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { hasErrno } from '../core/errors.js';
import { isAbandoned, processMark } from '../core/processMark.js';
import { storageFault } from './storageFault.js';

/** Where the bytes of a partial file are from. */
export interface Origin {
  /** Which address, as a hash: an address may contain secrets. */
  address: string;
  /** Validator for If-Range; null when the server gave none. */
  validator: string | null;
}

const BYTES = 'bytes';
const ORIGIN = 'origin.json';
const FREE = 'free';

/**
 * A file that is being downloaded. Its bytes lie in a folder beside the file, `FILE.part-MARK`, that belongs to one process;
 * when that is gone, another one takes the folder over by renaming it. Nothing in there is ever taken for a model.
 */
export class PartialFile {
  #folder: string;
  readonly #target: string;

  private constructor(folder: string, target: string) {
    this.#folder = folder;
    this.#target = target;
  }

  /**
   * Goes on with what an ended process has left, or begins anew. Other processes that download the same file are not disturbed.
   *
   * @param target absolute path of the file
   * @throws the system error when nothing can be written there
   */
  static claim(target: string): PartialFile {
    const own = () => `${target}.part-${processMark()}`;
    const left = leftovers(target).sort((a, b) => bytesIn(b) - bytesIn(a));
    for (const folder of left) {
      const mine = own();
      try {
        renameSync(folder, mine);
        return new PartialFile(mine, target);
      } catch (error) {
        // Another process was faster.
        if (!hasErrno(error, 'ENOENT')) throw error;
      }
    }
    const mine = own();
    mkdirSync(mine, { mode: 0o700 });
    return new PartialFile(mine, target);
  }

  /** Path of the bytes; the file may not exist yet. */
  get bytes(): string {
    return path.join(this.#folder, BYTES);
  }

  /** Number of bytes that are there. */
  get size(): number {
    return bytesIn(this.#folder);
  }

  /** Where the bytes are from; null when that is not known. */
  get origin(): Origin | null {
    try {
      const { address, validator } = JSON.parse(readFileSync(path.join(this.#folder, ORIGIN), 'utf8'));
      return typeof address === 'string' ? { address, validator: validator ?? null } : null;
    } catch {
      return null;
    }
  }

  /** Forgets the bytes, and notes where the next ones are from. @throws SpotterError model.unwritable */
  restart(origin: Origin | null): void {
    rmSync(path.join(this.#folder, ORIGIN), { force: true });
    rmSync(this.bytes, { force: true });
    try {
      if (origin) writeFileSync(path.join(this.#folder, ORIGIN), JSON.stringify(origin));
    } catch (cause) {
      throw storageFault(this.bytes, cause);
    }
  }

  /** Puts the bytes in the place of the file, at once, and removes what others have left. @throws the system error */
  finish(): void {
    renameSync(this.bytes, this.#target);
    this.discard();
    for (const folder of leftovers(this.#target)) rmSync(folder, { recursive: true, force: true });
  }

  /** Leaves the bytes for another process. */
  release(): void {
    if (this.size === 0) {
      this.discard();
      return;
    }
    const free = `${this.#target}.part-${FREE}-${randomBytes(4).toString('hex')}`;
    try {
      renameSync(this.#folder, free);
      this.#folder = free;
    } catch {
      // It is free once this process has ended.
    }
  }

  /** Removes the bytes. */
  discard(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Partial downloads of a file that no process is at work on. @param target absolute path of the file */
export function leftovers(target: string): string[] {
  const folder = path.dirname(target);
  const prefix = `${path.basename(target)}.part-`;
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.startsWith(prefix))
    .map(({ name }) => name)
    .filter((name) => isLeft(path.join(folder, name), name.slice(prefix.length)))
    .map((name) => path.join(folder, name));
}

function isLeft(folder: string, suffix: string): boolean {
  if (suffix.startsWith(`${FREE}-`)) return true;
  const file = existsSync(path.join(folder, BYTES)) ? path.join(folder, BYTES) : folder;
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats !== undefined && isAbandoned(suffix, stats.mtimeMs);
}

function bytesIn(folder: string): number {
  return statSync(path.join(folder, BYTES), { throwIfNoEntry: false })?.size ?? 0;
}
