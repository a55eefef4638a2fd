import { SpotterError } from '../core/errors.js';
import { type Files, localFiles } from './files.js';

/** Which folder is read, and for how long it may be silent. */
export interface FileGuardOptions {
  /** For the error. */
  folder: string;
  /** How long one call may take, ms; default 10,000: a disk that has to spin up takes several seconds. */
  limitMs?: number;
  /** Default: those of this machine. */
  files?: Files;
}

const LIMIT_MS = 10_000;

/** How a folder that does not answer is reported. @param limitMs how long it was waited for */
export function silentFolder(folder: string, limitMs: number): SpotterError {
  return new SpotterError(
    'gallery.not_found',
    `gallery ${folder} does not answer within ${limitMs / 1000} s; check the network share or drive that it is on`,
  );
}

/** Whether an error means that a gallery cannot be read now. */
export function isAway(error: unknown): error is SpotterError {
  return error instanceof SpotterError && error.code === 'gallery.not_found';
}

/**
 * Gives up on a file system that does not answer, such as a network share whose server is gone. The operating system ends a
 * call on it neither early nor on request, and each keeps one of libuv's threads. So no other is made until it has ended.
 */
export class FileGuard {
  readonly #folder: string;
  readonly #limitMs: number;
  readonly #files: Files;
  /** Calls that are still under way after their time. */
  #stuck = 0;

  constructor({ folder, limitMs = LIMIT_MS, files = localFiles }: FileGuardOptions) {
    this.#folder = folder;
    this.#limitMs = limitMs;
    this.#files = files;
  }

  /** Whether a call does not end. A process in which that is so cannot exit by itself either. */
  get isStuck(): boolean {
    return this.#stuck > 0;
  }

  /**
   * Reads something.
   *
   * @param work does so with these calls only; what it does after one took too long has no effect
   * @throws SpotterError gallery.not_found when a call takes too long, or an earlier one has not ended; what `work` throws;
   *   the signal's reason when it aborts
   */
  attempt<T>(work: (files: Files) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const silent = () => silentFolder(this.#folder, this.#limitMs);
    if (this.isStuck) return Promise.reject(silent());
    return new Promise((resolve, reject) => {
      let isOver = false;
      const giveUp = (why: unknown) => {
        isOver = true;
        reject(why);
      };
      const abort = () => giveUp(signal?.reason);
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      const timed = async <R>(call: () => Promise<R>): Promise<R> => {
        if (isOver) throw silent();
        let isLate = false;
        const timer = setTimeout(() => {
          isLate = true;
          this.#stuck++;
          giveUp(silent());
        }, this.#limitMs);
        try {
          return await call();
        } finally {
          clearTimeout(timer);
          if (isLate) this.#stuck--;
        }
      };
      const { readdir, realpath, stat, readFile, typeOf } = this.#files;
      work({
        readdir: (folder) => timed(() => readdir(folder)),
        realpath: (file) => timed(() => realpath(file)),
        stat: (file) => timed(() => stat(file)),
        readFile: (file) => timed(() => readFile(file)),
        typeOf: (folder) => timed(() => typeOf(folder)),
      })
        .then(resolve, reject)
        .finally(() => signal?.removeEventListener('abort', abort));
    });
  }
}
