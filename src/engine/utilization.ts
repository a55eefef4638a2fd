/** What is measured: how many threads there are, and the time that they have worked so far, ms, all together. */
export interface Workload {
  readonly threads: number;
  readonly busyMs: number;
}

/** Part of the newest reading in the average: at two readings a second it covers the last few seconds. */
const NEWEST = 0.2;

/** How busy threads are lately. */
export class Utilization {
  readonly #workload: Workload;
  #busyMs = 0;
  #atMs = performance.now();
  #average: number | null = null;

  constructor(workload: Workload) {
    this.#workload = workload;
  }

  /** Part of their time that the threads work, 0..1; to be read at a steady beat. */
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
