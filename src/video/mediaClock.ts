/** What was wrong with a timestamp. */
export interface ClockFault {
  /**
   * `back`: the clock was set back; `ahead`: it was set ahead by more than a pause may be; `still`: it does not advance;
   * `wild`: this one timestamp is far from its neighbours.
   */
  kind: 'back' | 'ahead' | 'still' | 'wild';
  /** How far off, ms. */
  byMs: number;
}

/** When a picture was taken, in our own time. */
export interface MediaTime {
  /** From 0 at the beginning of the recording; always more than the picture before it has. */
  ms: number;
  /** What came before may have been recorded at any other time: faces are not to be taken for the same ones unseen. */
  isSeam: boolean;
  fault: ClockFault | null;
}

export interface MediaClockOptions {
  /** Where the container says that its timestamps begin, ms. */
  startMs: number;
  /** Of the nominal frame rate, ms; used until the timestamps have shown their own. */
  intervalMs: number;
}

/** Smaller steps are no progress: a muxer that is given times that go back stores such. */
const STILL_MS = 1.5;
/** A longer pause than this is none: the clock was set. */
const MAX_PAUSE_MS = 3_600_000;
/** A first picture that comes later than this after the container's beginning has another clock than the container. */
const MAX_LEAD_MS = 10_000;
/** Off by less, a single timestamp is not worth mentioning: some muxers swap neighbours. */
const WILD_MS = 1000;
/** A clock that has stood and then shows at least this part of the time that has passed ticks; else it has lost time. */
const LOST_SHARE = 0.6;
/** Steps whose median is the frame rate. */
const STEPS = 25;

/**
 * Turns the timestamps of a recording into a time that always goes forward at the speed of the pictures. While the
 * timestamps advance, it is theirs. Where they jump or stand still, it goes on by the frame rate, and where they jumped
 * there is a seam.
 *
 * A timestamp is judged once the one behind it is known, which tells a single wild one from a clock that was set.
 */
export class MediaClock {
  readonly #startMs: number;
  readonly #stillMs: number;
  #steps: number[];
  #held: { stampMs: number; isKept: boolean } | null = null;
  #ms: number | null = null;
  /** The last timestamp that was believed; NaN before the first. */
  #stampMs = Number.NaN;
  /** Our time less the source's. */
  #offsetMs = 0;
  /** Timestamps since the clock last advanced, and where it stood then. */
  #still: { count: number; stampMs: number } | null = null;
  /** Known to tick in steps longer than a picture. */
  #isCoarse = false;
  #pending: Pick<MediaTime, 'isSeam' | 'fault'> = { isSeam: false, fault: null };

  constructor({ startMs, intervalMs }: MediaClockOptions) {
    this.#startMs = startMs;
    this.#stillMs = Math.min(STILL_MS, intervalMs / 4);
    this.#steps = [intervalMs];
  }

  /**
   * The next picture's timestamp, NaN when it has none.
   *
   * @param isKept false for a frame that is left out: what it shows of the clock is reported with the next kept one
   * @returns the time of the picture before it, when that one is kept
   */
  add(stampMs: number, isKept = true): MediaTime | null {
    const time = this.#settle(stampMs);
    this.#held = { stampMs, isKept };
    return time;
  }

  /** No more come. @returns the time of the last picture, when it is kept */
  end(): MediaTime | null {
    const time = this.#settle(null);
    this.#held = null;
    return time;
  }

  #settle(next: number | null): MediaTime | null {
    if (!this.#held) return null;
    const { stampMs, isKept } = this.#held;
    if (this.#ms === null) this.#begin(stampMs);
    else this.#ms = Math.max(this.#timeOf(stampMs, next, this.#ms), this.#ms + 0.001);
    if (!isKept) return null;
    const time = { ms: this.#ms ?? 0, ...this.#pending };
    this.#pending = { isSeam: false, fault: null };
    return time;
  }

  #begin(stampMs: number): void {
    const lead = stampMs - this.#startMs;
    this.#ms = lead >= 0 && lead <= MAX_LEAD_MS ? lead : 0;
    this.#believe(stampMs, this.#ms);
  }

  #timeOf(stamp: number, next: number | null, before: number): number {
    const onMs = before + this.#intervalMs;
    if (Number.isNaN(stamp)) return onMs;
    if (Number.isNaN(this.#stampMs)) return this.#believe(stamp, onMs);
    const step = stamp - this.#stampMs;
    const reach = next === null ? Number.NaN : next - this.#stampMs;
    const isOut = step < -this.#stillMs || reach < step;
    if (Math.abs(step) > this.#stillMs && isOut && reach > 0 && reach <= MAX_PAUSE_MS) {
      if (Math.abs(step) >= WILD_MS) this.#note({ kind: 'wild', byMs: Math.abs(step) }, false);
      return before + Math.min(this.#intervalMs, reach / 2);
    }
    if (step < -this.#stillMs) return this.#jump({ kind: 'back', byMs: -step }, stamp, onMs);
    if (step > MAX_PAUSE_MS) return this.#jump({ kind: 'ahead', byMs: step }, stamp, onMs);
    if (step > this.#stillMs) return this.#advance(stamp, step, before);
    return this.#stay(stamp, next, before);
  }

  #jump(fault: ClockFault, stamp: number, ms: number): number {
    this.#still = null;
    this.#note(fault, true);
    return this.#believe(stamp, ms);
  }

  #advance(stamp: number, step: number, before: number): number {
    const ms = stamp + this.#offsetMs;
    const isInLine = ms > before - Math.max(step / 2, this.#intervalMs);
    const shownMs = this.#still && (stamp - this.#still.stampMs) / (this.#still.count + 1);
    if (shownMs !== null && isInLine && shownMs > this.#intervalMs * LOST_SHARE) {
      this.#isCoarse = true;
      this.#steps = [shownMs];
    } else if (!this.#still) {
      this.#steps.push(step);
      if (this.#steps.length > STEPS) this.#steps.shift();
    }
    this.#still = null;
    this.#stampMs = stamp;
    if (isInLine) return Math.max(ms, before + Math.min(1, step));
    return this.#believe(stamp, before + Math.min(step, this.#intervalMs));
  }

  #stay(stamp: number, next: number | null, before: number): number {
    const isSingle = next !== null && next - stamp > this.#stillMs;
    if (!this.#still && isSingle && !this.#isCoarse) {
      this.#stampMs = stamp;
      return before + Math.min(this.#intervalMs, (next - stamp) / 2);
    }
    if (!this.#still && !this.#isCoarse) this.#note({ kind: 'still', byMs: 0 }, true);
    this.#still ??= { count: 0, stampMs: this.#stampMs };
    this.#still.count++;
    this.#stampMs = stamp;
    return before + this.#intervalMs;
  }

  #believe(stampMs: number, ms: number): number {
    this.#stampMs = stampMs;
    this.#offsetMs = ms - stampMs;
    return ms;
  }

  #note(fault: ClockFault, isSeam: boolean): void {
    this.#pending = { isSeam: this.#pending.isSeam || isSeam, fault: this.#pending.fault ?? fault };
  }

  get #intervalMs(): number {
    const sorted = [...this.#steps].sort((a, b) => a - b);
    return sorted[(sorted.length - 1) >> 1];
  }
}
