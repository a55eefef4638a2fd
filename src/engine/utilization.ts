/** The threads to measure. */
export interface Workload {
  /** Number of threads. */
  readonly threads: number;
  /** Total busy time of all threads so far, ms. */
  readonly busyMs: number;
}

/** Weight of the newest reading: at two readings per second the average covers the last few seconds. */
const NEWEST = 0.2;

/** Measures how busy threads have been over the last seconds. */
export class Utilization {
  readonly #workload: Workload;
  #busyMs = 0;
  #atMs = performance.now();
  #average: number | null = null;

  constructor(workload: Workload) {
    this.#workload = workload;
  }

  /** Share of time in which the threads were busy, 0..1. Call at regular intervals. */
  read(): number {
    const { busyMs, threads } = this.#workload;
    const nowMs = performance.now();
    const share = Math.min(1, (busyMs - this.#busyMs) / Math.max(1, (nowMs - this.#atMs) * threads));
    this.#busyMs = busyMs;
    this.#atMs = nowMs;
    this.#average = this.#average === null ? share : this.#average + NEWEST * (share - this.#average);
    return this.#average;
  }
}
