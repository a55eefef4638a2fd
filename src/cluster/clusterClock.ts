/** Samples older than this many give way to new ones: clocks drift, and machines are set right. */
const SAMPLES = 8;

interface Sample {
  /** What is added to the monotonic clock of this process, ms. */
  offsetMs: number;
  /** The offset is wrong by this at most, ms. */
  errorMs: number;
}

/**
 * The time of the cluster: that of the NATS servers, which stamp every entry. Nodes whose own clocks are wrong agree on it. Worked out
 * from the entries that this node writes; the sample with the shortest round trip of the last few decides.
 */
export class ClusterClock {
  readonly #samples: Sample[] = [];

  /** Unix time of the servers, ms; null before the first sample. @param monotonicMs a moment of this process's monotonic clock */
  at(monotonicMs: number): number | null {
    const best = this.#samples.reduce<Sample | null>(
      (found, sample) => (found === null || sample.errorMs <= found.errorMs ? sample : found),
      null,
    );
    return best && monotonicMs + best.offsetMs;
  }

  /**
   * Notes an entry that this node has written.
   *
   * @param sentMs monotonic time before it was sent
   * @param doneMs monotonic time after it was stored
   * @param createdMs Unix time that the server gave it
   */
  note(sentMs: number, doneMs: number, createdMs: number): void {
    this.#samples.push({ offsetMs: createdMs - (sentMs + doneMs) / 2, errorMs: (doneMs - sentMs) / 2 });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }
}
