/** One moment on two clocks: that of the wall, which people read and may set, and one that only goes forward. */
export interface Moment {
  /** Unix time. */
  unixMs: number;
  /** See {@link monotonicMs}. */
  monotonicMs: number;
}

/**
 * Milliseconds on a clock that nobody sets, since some moment in the past. Other than performance.now() it is the same
 * for all processes of a machine, so that a time span may begin in one and end in another.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export function moment(): Moment {
  return { unixMs: Date.now(), monotonicMs: monotonicMs() };
}
