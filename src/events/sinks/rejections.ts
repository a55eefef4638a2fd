import type { Clock } from './sink.js';

/** Statuses that a reverse proxy or a login service answers while the program behind it restarts. */
const OUTAGE = new Set([401, 403, 404]);
/** For how long those of an address that has worked are retried, ms. */
const RETRY_MS = 10 * 60_000;
/** An event accepted this soon after another was given up shows that only the other one is rejected, ms. */
const NEXT_MS = 5000;

/** Decides whether 401, 403 and 404 of a webhook are an outage, to be retried, or mean the event. */
export class Rejections {
  readonly #clock: Clock;
  #hasAccepted = false;
  #hasWorked: boolean;
  /** Since when every answer is one of them; steady time. */
  #sinceMs: number | null = null;
  /** When an event was given up because of them. */
  #givenUpAtMs = Number.NEGATIVE_INFINITY;
  /** The far end rejects single events. */
  #isSelective = false;

  /** @param hasWorked whether the address may have accepted events before */
  constructor(clock: Clock, hasWorked: boolean) {
    this.#clock = clock;
    this.#hasWorked = hasWorked;
  }

  /** The far end has accepted an event. */
  accepted(): void {
    if (this.#clock.steadyMs() - this.#givenUpAtMs < NEXT_MS) this.#isSelective = true;
    this.#hasAccepted = true;
    this.#hasWorked = true;
    this.#sinceMs = null;
  }

  /** Whether an event has been accepted, in this run and with this configuration. */
  get hasAccepted(): boolean {
    return this.#hasAccepted;
  }

  /** Whether an answer other than 2xx may be an outage. */
  isOutage(status: number): boolean {
    if (!OUTAGE.has(status) || !this.#hasWorked || this.#isSelective) return false;
    const nowMs = this.#clock.steadyMs();
    this.#sinceMs ??= nowMs;
    if (nowMs - this.#sinceMs < RETRY_MS) return true;
    this.#givenUpAtMs = nowMs;
    return false;
  }
}
