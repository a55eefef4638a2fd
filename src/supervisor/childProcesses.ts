import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makePrivateFolder } from '../core/folders.js';

/**
 * The processes that the engine has started and that must not outlive it. They are written down, so that when engine
 * and supervisor were both killed the next start finds what is left: an ffmpeg that waits for a silent camera does not
 * notice by itself that nobody reads it any more.
 */
export class ChildProcesses {
  readonly #file: string;
  /** By process id, when it began: ids are used again. */
  readonly #processes = new Map<number, string>();

  /** @param folder where they are written down */
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

  /** Ends them all. */
  end(): void {
    for (const [pid, began] of this.#processes) endIfSame(pid, began);
    this.#processes.clear();
    this.#write();
  }

  /** Ends what an earlier run has left behind. */
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

  /** A net below a net: that it cannot be written is no reason to watch nobody. */
  #write(): void {
    try {
      if (this.#processes.size === 0) rmSync(this.#file, { force: true });
      else {
        makePrivateFolder(path.dirname(this.#file));
        writeFileSync(this.#file, JSON.stringify([...this.#processes]), { mode: 0o600 });
      }
    } catch {}
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
    // It was gone already.
  }
}

/** When a process began, in the system's own ticks; null when there is none, or where the system does not tell (only Linux does). */
function beginningOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const STARTTIME = 19;
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[STARTTIME] ?? null;
  } catch {
    return null;
  }
}
