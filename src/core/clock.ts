import os from 'node:os';

/** One moment on two clocks: the wall clock, which may be set, and the monotonic clock. */
export interface Moment {
  /** Unix time, ms. */
  unixMs: number;
  /** See {@link monotonicMs}. */
  monotonicMs: number;
}

/**
 * Milliseconds on the monotonic clock, since some moment in the past. Unlike performance.now() it is the same for all
 * processes of a machine, so a time span may begin in one process and end in another.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** What two readings of {@link suspendedMs} differ by without any suspension: the time since the start of macOS has whole seconds. */
const READING_ERROR_MS = process.platform === 'linux' ? 50 : 1500;

/**
 * Grows by the time for which this machine is suspended, during which the monotonic clock of Linux and macOS stands still, ms. For
 * {@link suspendedSince}.
 */
export function suspendedMs(): number {
  return os.uptime() * 1000 - monotonicMs();
}

/** For how long this machine was suspended since a reading of {@link suspendedMs}, ms; 0 when it was not, or too shortly to tell. */
export function suspendedSince(reading: number): number {
  const ms = suspendedMs() - reading;
  return ms > READING_ERROR_MS ? ms : 0;
}

/** Reads both clocks. */
export function moment(): Moment {
  return { unixMs: Date.now(), monotonicMs: monotonicMs() };
}
