import { Backoff, type BackoffOptions } from '../core/backoff.js';
import type { ErrorCode } from '../core/errors.js';

const AUTH_GROWTH = 5;
/** Of a camera whose picture changes its shape again and again, ms: its pictures are good for as long as they come. */
const RESHAPED = { firstMs: 1000, maxMs: 5000 };
/** Ends that are no fault after a healthy session: some cameras and bridges end every session after a while. */
const BENIGN: readonly ErrorCode[] = ['camera.ended', 'camera.reshaped'];

/** How long a source stays closed before it is opened again. */
export class ReopenDelay {
  readonly #healthyMs: number;
  readonly #usual: Backoff;
  readonly #auth: Backoff;
  readonly #reshaped: Backoff;

  /** @param authRetryMs first delay after a refused login, ms */
  constructor(usual: BackoffOptions, authRetryMs: number) {
    this.#healthyMs = usual.healthyMs;
    this.#usual = new Backoff(usual);
    this.#auth = new Backoff({ ...usual, firstMs: authRetryMs, maxMs: authRetryMs * AUTH_GROWTH });
    this.#reshaped = new Backoff({ ...usual, ...RESHAPED });
  }

  /**
   * @param code why the source has ended
   * @param heldMs how long it was live, ms
   * @returns the delay before it is opened again, ms
   */
  next(code: ErrorCode, heldMs: number): number {
    const backoff = this.#backoffOf(code);
    if (heldMs < this.#healthyMs || !BENIGN.includes(code)) return backoff.next(heldMs);
    backoff.reset();
    return 0;
  }

  #backoffOf(code: ErrorCode): Backoff {
    if (code === 'camera.auth') return this.#auth;
    return code === 'camera.reshaped' ? this.#reshaped : this.#usual;
  }
}
