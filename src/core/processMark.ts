import { createHash, randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { beginningOf, isRunning } from './processes.js';

/** What has not been written to for this long has been given up, ms: of a process of another machine, nothing else is known. */
const GIVEN_UP_MS = 600_000;
/** MACHINE.PID.BEGINNING-TOKEN; earlier versions wrote the process id alone, or that of the machine with it. */
const MARK = /^(?:([0-9a-f]{8})\.)?(\d+)(?:\.(\d+))?(?:-[0-9a-f]{8})?$/;

/**
 * A part for the name of something unfinished. It says which process is at work on it and differs at every call: a process id
 * alone is soon that of another process, in a container at every start.
 */
export function processMark(): string {
  const token = randomBytes(4).toString('hex');
  return `${machine()}.${process.pid}.${startOf(process.pid)}-${token}`;
}

/**
 * Whether nobody is at work any more on what has a mark in its name.
 *
 * @param mark as in the name; for anything else the answer is no
 * @param writtenMs when it was last written to, Unix ms
 */
export function isAbandoned(mark: string, writtenMs: number): boolean {
  const [, where, id, start] = MARK.exec(mark) ?? [];
  if (id === undefined) return false;
  const pid = Number(id);
  const isHere = where === undefined || where === machine();
  const isSame = isRunning(pid) && (start === undefined || start === startOf(pid));
  return (isHere && !isSame) || Date.now() - writtenMs > GIVEN_UP_MS;
}

/** "0" where the system does not say. */
function startOf(pid: number): string {
  return beginningOf(pid) ?? '0';
}

/** Processes of another machine, or container, cannot be looked at; containers may share the name of their machine. */
function machine(): string {
  return createHash('sha256').update(`${hostname()} ${processNamespace()}`).digest('hex').slice(0, 8);
}

/** Empty on systems other than Linux. */
function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
