import { getPriority, setPriority } from 'node:os';

/** Steps of niceness: a busy engine still gets half of what any other process gets that never pauses. */
const NICER = 3;
const NICEST = 19;

/**
 * Lowers the priority of this process a little, and of the threads and decoders that it starts: networks compute without a pause, and what is
 * ready within a millisecond should not wait for them, such as the supervisor with an event, or a server that passes it on. On Windows nothing
 * is changed: a lower class of priority may get no time at all.
 */
export function yieldToOthers(): void {
  if (process.platform === 'win32') return;
  try {
    setPriority(Math.min(NICEST, getPriority() + NICER));
  } catch {
    // A sandbox may forbid it; it is not needed.
  }
}
