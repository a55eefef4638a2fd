import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { hasErrno } from '../../core/errors.js';

/** What a file of the log looked like after our own last change; -1 bytes for none. */
interface Mark {
  bytes: number;
  mtimeMs: number;
}

const NONE: Mark = { bytes: -1, mtimeMs: 0 };
const HEADER = Buffer.from('SQLite format 3\0');
/** Of a write-ahead log; the last byte is 0x82 or 0x83. */
const WRITE_AHEAD_HEADER = Buffer.from([0x37, 0x7f, 0x06]);

/**
 * Notices what others do to the files of an open log. SQLite keeps its files open and would go on writing to one that has
 * been deleted or replaced; nothing of that is there at the next start. One process holds the log, so every change that is
 * not its own is damage.
 */
export class LogFiles {
  /**
   * Of the main file. Stays open as long as the log: closing any descriptor of a file takes the locks that the process has on
   * it, and another process could open the log.
   */
  readonly descriptor: number;
  /** Path of the main file. */
  readonly file: string;
  readonly #inode: number;
  #main: Mark = NONE;
  #writeAhead: Mark = NONE;

  constructor(file: string) {
    this.file = file;
    this.descriptor = openSync(file, 'r');
    this.#inode = fstatSync(this.descriptor).ino;
    this.note();
  }

  /** Takes the files as they are now for our own; call it after every change. */
  note(): void {
    this.#main = markOf(this.file);
    this.#writeAhead = markOf(this.#writeAheadFile);
  }

  /** What has happened to the files since {@link note}, as the end of a sentence; null when nothing is lost. */
  get loss(): string | null {
    const main = statOf(this.file);
    if (main === 'missing') return 'was deleted';
    if (main === 'unknown') return null;
    if (main.ino !== this.#inode) return 'was replaced by another file';
    if (main.size < this.#main.bytes) return 'was cut off';
    if (main.mtimeMs !== this.#main.mtimeMs && main.size > 0 && !beginsWith(this.descriptor, HEADER))
      return 'was overwritten';
    const writeAhead = markOf(this.#writeAheadFile);
    if (writeAhead.bytes < this.#writeAhead.bytes) return 'has lost its write-ahead log';
    return writeAhead.mtimeMs !== this.#writeAhead.mtimeMs && !this.#hasWriteAhead(writeAhead)
      ? 'was overwritten'
      : null;
  }

  close(): void {
    closeSync(this.descriptor);
  }

  get #writeAheadFile(): string {
    return `${this.file}-wal`;
  }

  /** SQLite locks the main file only, so this one may be opened and closed. */
  #hasWriteAhead({ bytes }: Mark): boolean {
    if (bytes <= 0) return true;
    const descriptor = openSync(this.#writeAheadFile, 'r');
    try {
      return beginsWith(descriptor, WRITE_AHEAD_HEADER);
    } finally {
      closeSync(descriptor);
    }
  }
}

function beginsWith(descriptor: number, header: Buffer): boolean {
  const bytes = Buffer.alloc(header.length);
  readSync(descriptor, bytes, 0, bytes.length, 0);
  return bytes.equals(header);
}

function markOf(file: string): Mark {
  const stats = statOf(file);
  return typeof stats === 'string' ? NONE : { bytes: stats.size, mtimeMs: stats.mtimeMs };
}

/** `unknown` when the system does not answer: that is no reason to give the log up. */
function statOf(file: string): Stats | 'missing' | 'unknown' {
  try {
    return statSync(file);
  } catch (error) {
    return hasErrno(error, 'ENOENT', 'ENOTDIR') ? 'missing' : 'unknown';
  }
}
