import type { ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { describeError } from '../core/errors.js';

/** Time to read the last messages and lines of an engine that has exited. */
const DRAIN_MS = 1000;

/**
 * Resolves when a process has exited and its last messages and lines, which may arrive after the exit, have been read.
 *
 * @returns how it ended
 */
export async function endOf(child: ChildProcess): Promise<string> {
  const closed = new Promise((resolve) => child.once('close', resolve));
  const how = await new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    // A process that could not be started emits no exit. Other errors come from messages to one that has just exited.
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(describeError(error));
    });
  });
  if (child.pid !== undefined) {
    const late = new AbortController();
    await Promise.race([closed, wait(DRAIN_MS, undefined, { signal: late.signal }).catch(() => {})]);
    late.abort();
  }
  return how;
}
