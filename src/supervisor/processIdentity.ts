import { statSync } from 'node:fs';
import { hasErrno } from '../core/errors.js';
import { beginningOf } from '../core/processes.js';

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
