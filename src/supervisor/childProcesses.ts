import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makePrivateFolder } from '../core/folders.js';

/**
 * The processes that the engine has started and that must not outlive it. They are recorded in a file, so that the next start
 * finds them when both engine and supervisor were killed: an ffmpeg that waits for a silent camera does not notice that its
 * reader is gone.
 */
export class ChildProcesses {
  readonly #file: string;
  /** Start time by process id, since ids are reused. */
  readonly #processes = new Map<number, string>();

  /** @param folder of the file that records them */
  constructor(folder: string) {
    this.#file = path.join(folder, 'decoders.json');
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

  /** Kills those that an earlier run left behind. */
  sweep(): void {
    for (const [pid, began] of this.#read()) endIfSame(pid, began);
  }

  #read(): [pid: number, began: string][] {
    try {
      const entries: unknown = JSON.parse(readFileSync(this.#file, 'utf8'));
      return Array.isArray(entries) ? entries.filter(isEntry) : [];
    } catch {
      return [];
    }
  }

  #write(): void {
    try {
      if (this.#processes.size === 0) rmSync(this.#file, { force: true });
      else {
        makePrivateFolder(path.dirname(this.#file));
        writeFileSync(this.#file, JSON.stringify([...this.#processes]), { mode: 0o600 });
      }
    } catch {
      // The file is only a safety net: the cameras can run without it.
    }
  }
}

function isEntry(entry: unknown): entry is [pid: number, began: string] {
  return Array.isArray(entry) && Number.isInteger(entry[0]) && typeof entry[1] === 'string';
}

function endIfSame(pid: number, began: string): void {
  if (beginningOf(pid) !== began) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has already exited.
  }
}

/** Start time of a process, in clock ticks since boot; null when there is no such process, or on systems other than Linux. */
function beginningOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const STARTTIME = 19;
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[STARTTIME] ?? null;
  } catch {
    return null;
  }
}
