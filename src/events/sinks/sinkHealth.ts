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
  /** Before the first of them, the far end has rejected every attempt for a while. */
  #wasRejecting = false;
  #isRejecting = false;
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
    return this.#refused >= (this.#wasRejecting ? 1 : REFUSALS);
  }

  /** Why events are not accepted, one sentence; else null. @param isOpen whether there is a connection */
  problem(isOpen: boolean): string | null {
    if (!this.#isWell) return this.#lastReason;
    if (!isOpen) return 'not connected';
    if (!this.isRefusing) return null;
    const which = this.#refused === 1 ? 'the last event was' : `the last ${this.#refused} events were`;
    return `${which} refused: ${this.#lastReason}`;
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
    this.#wasRejecting = false;
    this.#isRejecting = false;
  }

  /** An event was refused for good. @param reason one sentence */
  refused(reason: string): void {
    const before = this.isRefusing;
    if (this.#isRejecting) this.#wasRejecting = true;
    this.#isWell = true;
    this.#refused++;
    this.#lastReason = reason;
    if (this.isRefusing && !before)
      this.#log.warn(
        `${this.#refused === 1 ? 'the far end refuses everything' : `${this.#refused} events in a row were refused`}, so nothing arrives: ${reason}`,
      );
  }

  /** An attempt has failed and will be repeated. @param reason one sentence @param isRejection it was answered, with a no */
  failed(reason: string, isRejection = false): void {
    this.#isWell = false;
    this.#isRejecting = isRejection;
    this.#lastReason = reason;
  }
}
