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

/** Reads both clocks. */
export function moment(): Moment {
  return { unixMs: Date.now(), monotonicMs: monotonicMs() };
}
