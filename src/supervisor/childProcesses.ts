import { rmSync } from 'node:fs';
import path from 'node:path';
import { describeError, hasErrno } from '../core/errors.js';
import { closeToOthers, makePrivateFolder } from '../core/folders.js';
import { writePrivateFile } from '../core/privateFile.js';
import { beginningOf } from '../core/processes.js';
import { endIfSame } from './processIdentity.js';
import { readOwnFile } from './readOwnFile.js';

/**
 * The processes that the engine has started and that must not outlive it. They are recorded in a file, so that the next start
 * finds them when both engine and supervisor were killed: an ffmpeg that waits for a silent camera does not notice that its
 * reader is gone.
 */
export class ChildProcesses {
  readonly #file: string;
  readonly #warn: (sentence: string) => void;
  /** Start time by process id, since ids are reused. */
  readonly #processes = new Map<number, string>();
  #isUnwritable = false;

  /** @param folder of the file that records them */
  constructor(folder: string, warn: (sentence: string) => void) {
    this.#file = path.join(folder, 'decoders.json');
    this.#warn = warn;
  }

  add(pid: number): void {
    const began = beginningOf(pid);
    if (began !== null) this.#processes.set(pid, began);
    this.#write();
  }

  remove(pid: number): void {
    if (this.#processes.delete(pid)) this.#write();
  }

  /** Kills them all. */
  end(): void {
    for (const [pid, began] of this.#processes) endIfSame(pid, began);
    this.#processes.clear();
    this.#write();
  }

  /** Kills those that an earlier run left behind, unless others could have written the list. */
  sweep(): void {
    const folder = path.dirname(this.#file);
    const access = closeToOthers(folder);
    if (access === 'tightened')
      this.#warn(`other users could write into ${folder}; that right has been removed`);
    if (access === 'open') {
      this.#warn(
        `other users can write into ${folder}, so decoders.json there is ignored; make this user its owner and run chmod go-w`,
      );
      return;
    }
    for (const [pid, began] of this.#read()) endIfSame(pid, began);
  }

  #read(): [pid: number, began: string][] {
    try {
      const entries: unknown = JSON.parse(readOwnFile(this.#file));
      return Array.isArray(entries) ? entries.filter(isEntry) : [];
    } catch (error) {
      if (!hasErrno(error, 'ENOENT')) this.#warn(`ignoring ${this.#file}: ${describeError(error)}`);
      return [];
    }
  }

  /** The file is only a safety net, and the cameras can run without it: a failure is reported once. */
  #write(): void {
    try {
      if (this.#processes.size === 0) rmSync(this.#file, { force: true });
      else {
        makePrivateFolder(path.dirname(this.#file));
        writePrivateFile(this.#file, JSON.stringify([...this.#processes]));
      }
      this.#isUnwritable = false;
    } catch (error) {
      if (!this.#isUnwritable)
        this.#warn(
          `cannot write ${this.#file}, so decoders may outlive a killed daemon: ${describeError(error)}`,
        );
      this.#isUnwritable = true;
    }
  }
}

function isEntry(entry: unknown): entry is [pid: number, began: string] {
  return Array.isArray(entry) && Number.isInteger(entry[0]) && entry[0] > 1 && typeof entry[1] === 'string';
}
