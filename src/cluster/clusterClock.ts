import { suspendedMs, suspendedSince } from '../core/clock.js';

/** Samples older than this many give way to new ones: clocks drift, and machines are set right. */
const SAMPLES = 8;

interface Sample {
  /** What is added to the monotonic clock of this process, ms. */
  offsetMs: number;
  /** The offset is wrong by this at most, ms. */
  errorMs: number;
  /** See {@link suspendedMs}. */
  suspendedMs: number;
}

/**
 * The time of the cluster: that of the NATS servers, which stamp every entry. Nodes whose own clocks are wrong agree on it. Worked out
 * from the entries that this node writes; the sample with the shortest round trip of the last few decides. It goes on while the machine is
 * suspended.
 */
export class ClusterClock {
  readonly #samples: Sample[] = [];
  /** {@link suspendedMs} at the last entry. */
  #suspendedMs = suspendedMs();

  /** Unix time of the servers, ms; null before the first sample. @param monotonicMs a moment of this process's monotonic clock */
  at(monotonicMs: number): number | null {
    const best = this.#samples.reduce<Sample | null>(
      (found, sample) => (found === null || sample.errorMs <= found.errorMs ? sample : found),
      null,
    );
    return best && monotonicMs + best.offsetMs + suspendedSince(best.suspendedMs);
  }

  /**
   * Notes an entry that this node has written.
   *
   * @param sentMs monotonic time before it was sent
   * @param doneMs monotonic time after it was stored
   * @param createdMs Unix time that the server gave it
   */
  note(sentMs: number, doneMs: number, createdMs: number): void {
    const errorMs = (doneMs - sentMs) / 2;
    const wasSuspended = suspendedSince(this.#suspendedMs) > 0;
    this.#suspendedMs = suspendedMs();
    // Perhaps while the entry was on its way.
    if (wasSuspended) return;
    this.#samples.push({ offsetMs: createdMs - doneMs + errorMs, errorMs, suspendedMs: this.#suspendedMs });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }
}
