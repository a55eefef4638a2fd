/** The threads to measure. */
export interface Workload {
  /** Number of threads. */
  readonly threads: number;
  /** Time that all threads together have worked so far, ms. */
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

  /** The part of their time that the threads worked, 0..1; call it at regular intervals. */
  read(): number {
    const { busyMs, threads } = this.#workload;
    const nowMs = performance.now();
    const part = Math.min(1, (busyMs - this.#busyMs) / Math.max(1, (nowMs - this.#atMs) * threads));
    this.#busyMs = busyMs;
    this.#atMs = nowMs;
    this.#average = this.#average === null ? part : this.#average + NEWEST * (part - this.#average);
    return this.#average;
  }
}
