import { readFileSync } from 'node:fs';
import { hasErrno } from './errors.js';

/** Whether a process of this machine is alive, also one of another user. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasErrno(error, 'EPERM');
  }
}

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
