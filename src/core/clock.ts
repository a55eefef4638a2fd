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

/** The wall clock goes on while the machine is suspended: as long as it keeps to the monotonic clock within this, the machine was not, ms. */
const IN_STEP_MS = 20;

/** What the system said last, which costs more to ask than both clocks. */
let asked = { wallAheadMs: Number.NaN, suspendedMs: 0 };

/**
 * Grows by the time for which this machine is suspended, during which the monotonic clock of Linux and macOS stands still, ms. For
 * {@link suspendedSince}.
 */
export function suspendedMs(): number {
  const nowMs = monotonicMs();
  const wallAheadMs = Date.now() - nowMs;
  const isInStep = Math.abs(wallAheadMs - asked.wallAheadMs) < IN_STEP_MS;
  if (!isInStep) asked = { wallAheadMs, suspendedMs: os.uptime() * 1000 - nowMs };
  return asked.suspendedMs;
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
