import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { describeError, hasErrno } from '../core/errors.js';

/** Called when an output stops taking lines, and when it takes them again. */
export interface OutputWatcher {
  /** Lines are being lost, or cannot be written for now. @param reason one clause, such as "the disk is full" */
  onFault(reason: string): void;
  /** Everything that was kept has been written. @param lost number of lines lost since the fault */
  onRecovered(lost: number, reason: string): void;
}

/** Most bytes of the log kept while nobody reads stderr. */
const MAX_LOG_BYTES = 1 << 20;
/** A full pipe is tried again after this. */
const FULL_RETRY_MS = 100;
/** A failing output, such as a file on a full disk, is tried again after this. */
const FAULT_RETRY_MS = 1000;

/**
 * Writes lines to stdout or stderr without ever waiting or throwing. A line is written at once where that is possible, so that
 * it survives a crash; else it is kept, up to a limit in bytes, and later lines are dropped and counted. docs/decisions/0013
 * has the reasons.
 */
export class LineOutput {
  readonly #fd: number;
  readonly #maxBytes: number;
  #watcher: OutputWatcher = { onFault: () => {}, onRecovered: () => {} };
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  #fault: string | null = null;
  #lost = 0;
  /** Value of {@link lost} when the fault began. */
  #lostBefore = 0;
  #timer: NodeJS.Timeout | undefined;
  #isEnding = false;
  #onEmpty = () => {};

  /**
   * @param fd 1 or 2
   * @param maxBytes most bytes kept while nobody reads; a single line may be longer
   */
  constructor(fd: number, maxBytes: number) {
    this.#fd = nonBlocking(fd);
    this.#maxBytes = maxBytes;
  }

  /** Number of lines lost so far. */
  get lost(): number {
    return this.#lost;
  }

  /** Replaces the watcher. */
  watch(watcher: OutputWatcher): void {
    this.#watcher = watcher;
  }

  /** Writes a line, keeps it, or drops it. @param line with its line break */
  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#kept.length > 0 && this.#keptBytes + bytes.length > this.#maxBytes) {
      this.#lost++;
      this.#begin('nobody reads it');
      return;
    }
    this.#kept.push(bytes);
    this.#keptBytes += bytes.length;
    if (this.#timer === undefined) this.#flush();
  }

  /** Waits until everything that was kept has been written, up to a limit in ms; drops the rest. */
  async end(limitMs: number): Promise<void> {
    if (this.#kept.length > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limitMs);
        this.#onEmpty = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#isEnding = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drop();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      for (let line = this.#kept[0]; line; line = this.#kept[0]) {
        const written = writeSync(this.#fd, line);
        this.#keptBytes -= written;
        if (written < line.length) this.#kept[0] = line.subarray(written);
        else this.#kept.shift();
      }
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#onEmpty();
    const reason = this.#fault;
    if (reason === null) return;
    this.#fault = null;
    this.#watcher.onRecovered(this.#lost - this.#lostBefore, reason);
  }

  #failed(error: unknown): void {
    const isFull = hasErrno(error, 'EAGAIN');
    const isGone = hasErrno(error, 'EPIPE');
    const lostBefore = this.#lost;
    // Nobody will read what was kept for the reader that has gone.
    if (isGone || this.#isEnding) this.#drop();
    if (!isFull) this.#begin(explain(error), lostBefore);
    if (isGone || this.#isEnding) return;
    this.#timer = setTimeout(() => this.#flush(), isFull ? FULL_RETRY_MS : FAULT_RETRY_MS);
    // Lines for a slow reader are worth waiting for at the exit of a command; those for a full disk are not.
    if (!isFull) this.#timer.unref();
  }

  #drop(): void {
    this.#lost += this.#kept.length;
    this.#kept.length = 0;
    this.#keptBytes = 0;
    this.#onEmpty();
  }

  #begin(reason: string, lostBefore = this.#lost - 1): void {
    if (this.#fault !== null) return;
    this.#fault = reason;
    this.#lostBefore = lostBefore;
    this.#watcher.onFault(reason);
  }
}

/** The output of the log: stderr. */
export function logOutput(): LineOutput {
  return new LineOutput(2, MAX_LOG_BYTES);
}

/**
 * A descriptor of the same output that does not block. Pipes and terminals are opened again, because the flag belongs to
 * everybody who shares the original: the engine, the shell. Node sets it itself on the original of a pipe or socket that cannot be
 * opened again. Files never block.
 */
function nonBlocking(fd: number): number {
  if (fd === 1) void process.stdout;
  if (fd === 2) void process.stderr;
  try {
    const about = fstatSync(fd);
    if (!about.isFIFO() && !about.isCharacterDevice()) return fd;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd;
  }
}

function explain(error: unknown): string {
  if (hasErrno(error, 'EPIPE')) return 'its reader is gone';
  if (hasErrno(error, 'ENOSPC', 'EDQUOT')) return 'the disk is full';
  if (hasErrno(error, 'EIO')) return 'its terminal is gone, or the disk fails';
  return `it cannot be written: ${describeError(error)}`;
}
