import { readFileSync, statSync } from 'node:fs';
import { hasErrno } from '../core/errors.js';

/** Start time of a process, in clock ticks since boot; null when there is no such process, or on systems other than Linux. */
export function beginningOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const STARTTIME = 19;
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[STARTTIME] ?? null;
  } catch {
    return null;
  }
}

/** Kills a process of this user that started at the given time: ids are reused. */
export function endIfSame(pid: number, began: string): void {
  if (beginningOf(pid) !== began || ownerOf(pid) !== process.getuid?.()) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It may have exited or changed its user since.
    if (!hasErrno(error, 'ESRCH', 'EPERM')) throw error;
  }
}

function ownerOf(pid: number): number | null {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid ?? null;
}
