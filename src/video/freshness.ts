/** The window in which the fastest frame, the reference for all others, is searched. */
const WINDOW_MS = 30_000;
/** When every frame has been late for this long, the source's clock must have jumped. */
const JUMP_MS = 3000;
/** Frames arrive in the order of their timestamps: one that is further back or ahead than this is wrong. */
const BACK_MS = 1000;
const AHEAD_MS = 30_000;
/** A clock that ticks in whole seconds repeats a timestamp for less than this. */
const STILL_MS = 1500;
/** A backlog that is read faster than this (media time over time) is catching up, so its frames are truly late. */
const CATCHING_UP = 1.2;

interface Sample {
  arrivalMs: number;
  delayMs: number;
}

/** What is wrong with a source's clock: it has jumped, or it is none. */
export type LiveClockFault = 'jump' | 'no_clock';

interface Stamped {
  timestampMs: number;
  arrivalMs: number;
}

/** Whether a frame's timestamp can be that of the next one. */
function follows(before: Stamped, { timestampMs, arrivalMs }: Stamped): boolean {
  const stepMs = timestampMs - before.timestampMs;
  return stepMs !== 0 && stepMs > -BACK_MS && stepMs < arrivalMs - before.arrivalMs + AHEAD_MS;
}

/**
 * Measures how old a live frame is, although camera and computer share no clock: the frame with the least time from its
 * timestamp to its arrival within the last 30 s is taken as fresh, and a frame that took longer is older by the difference.
 *
 * A repeated timestamp says nothing about the age of its frame. A timestamp that stands still, goes back or is far ahead is left
 * out of the comparison, and its frame is fresh. When the next one continues from it, or every frame has been late for 3 s
 * and the source is not catching up, the camera's clock has jumped, and the comparison starts again. A clock with two such
 * faults within 30 s is useless: from then on every frame is fresh.
 */
export class Freshness {
  readonly #staleMs: number;
  /** Ascending in both arrival and delay: the first sample has the least delay of the window. */
  #least: Sample[] = [];
  #lateSince: { arrivalMs: number; timestampMs: number } | null = null;
  #lastJumpMs: number | null = null;
  #trusted: boolean;
  readonly #onFault: (fault: LiveClockFault) => void;
  /** The last frame whose timestamp was right, and one since then whose timestamp was not. */
  #last: Stamped | null = null;
  #odd: Stamped | null = null;
  #hasJumped = false;

  /**
   * @param staleMs a frame older than this is stale, ms
   * @param trusted false for a source whose timestamps are known to be meaningless: all its frames are fresh
   */
  constructor(staleMs: number, trusted = true, onFault: (fault: LiveClockFault) => void = () => {}) {
    this.#staleMs = staleMs;
    this.#trusted = trusted;
    this.#onFault = onFault;
  }

  /** False when the timestamps are meaningless and every frame is treated as fresh. */
  get trusted(): boolean {
    return this.#trusted;
  }

  /** Whether the frame that was judged last may be of any other time than the one before it. */
  get hasJumped(): boolean {
    return this.#hasJumped;
  }

  /**
   * Whether the next frame is too old.
   *
   * @param timestampMs on the source's clock; NaN where the frame has none
   * @param arrivalMs on our monotonic clock, never decreasing
   */
  isStale(timestampMs: number, arrivalMs: number): boolean {
    this.#hasJumped = false;
    if (!this.#trusted || Number.isNaN(timestampMs)) return false;
    const repeatsMs = this.#last?.timestampMs === timestampMs ? arrivalMs - this.#last.arrivalMs : null;
    if (repeatsMs !== null && repeatsMs < STILL_MS) return false;
    const stamped = { timestampMs, arrivalMs };
    if (this.#last && !follows(this.#last, stamped)) {
      if (!this.#odd || !follows(this.#odd, stamped)) {
        this.#jump(arrivalMs);
        this.#odd = stamped;
        return false;
      }
      this.#beginAnew(this.#odd);
      if (this.#trusted) this.#onFault('jump');
    }
    this.#last = stamped;
    this.#odd = null;
    if (this.#ageMs(timestampMs, arrivalMs) <= this.#staleMs) {
      this.#lateSince = null;
      return false;
    }
    this.#lateSince ??= { arrivalMs, timestampMs };
    const lateMs = arrivalMs - this.#lateSince.arrivalMs;
    const isCatchingUp = timestampMs - this.#lateSince.timestampMs > lateMs * CATCHING_UP;
    if (lateMs <= JUMP_MS || isCatchingUp) return true;
    this.#jump(arrivalMs);
    this.#beginAnew(stamped);
    return false;
  }

  #jump(arrivalMs: number): void {
    this.#hasJumped = true;
    this.#trusted = this.#lastJumpMs === null || arrivalMs - this.#lastJumpMs > WINDOW_MS;
    this.#lastJumpMs = arrivalMs;
    if (!this.#trusted) this.#onFault('no_clock');
  }

  #beginAnew({ timestampMs, arrivalMs }: Stamped): void {
    this.#lateSince = null;
    this.#least = [{ arrivalMs, delayMs: arrivalMs - timestampMs }];
  }

  #ageMs(timestampMs: number, arrivalMs: number): number {
    const delayMs = arrivalMs - timestampMs;
    const least = this.#least;
    while (least.length > 0 && least[least.length - 1].delayMs >= delayMs) least.pop();
    least.push({ arrivalMs, delayMs });
    while (least[0].arrivalMs < arrivalMs - WINDOW_MS) least.shift();
    return delayMs - least[0].delayMs;
  }
}
