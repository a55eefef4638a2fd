import type { SinkLog } from './sink.js';

/** A far end that refuses so many events in a row refuses all. */
const REFUSALS = 3;

/** Whether the far end of a sink answers, and whether it accepts events. */
export class SinkHealth {
  readonly #log: SinkLog;
  /** The last attempt was answered, or none has been needed. */
  #isWell = true;
  /** Events in a row that were refused. */
  #refused = 0;
  /** Why the last attempt did not succeed. */
  #lastReason = '';

  constructor(log: SinkLog) {
    this.#log = log;
  }

  /** false while the far end does not answer. */
  get isWell(): boolean {
    return this.#isWell;
  }

  /** Whether the far end seems to refuse every event. */
  get isRefusing(): boolean {
    return this.#refused >= REFUSALS;
  }

  /** Why events are not accepted, one sentence; else null. @param isOpen whether there is a connection */
  problem(isOpen: boolean): string | null {
    if (!this.#isWell) return this.#lastReason;
    if (!isOpen) return 'not connected';
    return this.isRefusing ? `the last ${this.#refused} events were refused: ${this.#lastReason}` : null;
  }

  /** The far end answers, or what failed was not the far end. */
  recovered(): void {
    this.#isWell = true;
  }

  /** An event was accepted. */
  accepted(): void {
    if (this.isRefusing) this.#log.info('events are accepted again');
    this.#isWell = true;
    this.#refused = 0;
  }

  /** An event was refused for good. @param reason one sentence */
  refused(reason: string): void {
    this.#isWell = true;
    this.#refused++;
    this.#lastReason = reason;
    if (this.#refused === REFUSALS)
      this.#log.warn(`${REFUSALS} events in a row were refused, so nothing arrives: ${reason}`);
  }

  /** An attempt has failed and will be repeated. @param reason one sentence */
  failed(reason: string): void {
    this.#isWell = false;
    this.#lastReason = reason;
  }
}
