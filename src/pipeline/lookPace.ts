import type { TrackPolicy } from '../track/state.js';

/** Frames over which the lateness is averaged. */
const FRAMES = 20;
/** Without a free moment between frames, looks that can wait are this many times rarer. */
const SLOWEST = 4;

/**
 * How often faces in view are looked at again while the machine cannot keep up: the more frames come too late, the longer the
 * pauses between looks. The first looks at a face stay as they are.
 */
export class LookPace {
  /** Share of the frames that had to be replaced by a newer one, 0..1. */
  #late = 0;

  /** Call once per live frame. @param isLate a newer one was there before this one's turn came */
  note(isLate: boolean): void {
    this.#late += ((isLate ? 1 : 0) - this.#late) / FRAMES;
  }

  /** The policy with longer pauses, if frames come too late. */
  applied(policy: TrackPolicy): TrackPolicy {
    if (this.#late < 1 / FRAMES) return policy;
    const factor = 1 + (SLOWEST - 1) * this.#late;
    return {
      ...policy,
      lookEveryMs: factor * policy.lookEveryMs,
      relookEveryMs: factor * policy.relookEveryMs,
    };
  }
}
