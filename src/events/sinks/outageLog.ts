import { LogThrottle } from '../../core/logThrottle.js';
import { plural } from '../../core/plural.js';
import type { Clock, SinkLog } from './sink.js';

/** A far end that fails every other event would fill the log: at most one outage is logged per period, ms. */
const LOG_EVERY_MS = 60_000;

interface Outage {
  sinceMs: number;
  isLogged: boolean;
  events: number;
  deadLetters: number;
}

/**
 * Logs one warning when a sink begins to fail, one line when it has caught up, and how many dead letters there are. An outage
 * that is over before the throttle lets it through is counted in the next warning only.
 */
export class OutageLog {
  readonly #log: SinkLog;
  readonly #clock: Clock;
  readonly #throttle: LogThrottle;
  readonly #deadLetters: LogThrottle;
  #current: Outage | null = null;

  constructor(log: SinkLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
    this.#throttle = new LogThrottle(LOG_EVERY_MS, (message) => {
      if (this.#current) this.#current.isLogged = true;
      log.warn(message);
    });
    this.#deadLetters = new LogThrottle(LOG_EVERY_MS, (message) => log.warn(message));
  }

  /** Begins an outage; ignored while one lasts. @param message what is wrong */
  begin(message: string): void {
    if (this.#current) return;
    this.#current = { sinceMs: this.#clock.steadyMs(), isLogged: false, events: 0, deadLetters: 0 };
    this.#throttle.add(message);
  }

  /** Logs an event that became a dead letter: the first one at once, later ones once per minute with their number. */
  deadLetter(seq: number, reason: string): void {
    this.#deadLetters.add(`event ${seq} became a dead letter, see "spotter dead-letters": ${reason}`);
  }

  /** Counts an event that was delivered or became a dead letter; ignored while no outage lasts. */
  count(isDeadLetter: boolean): void {
    if (!this.#current) return;
    this.#current.events++;
    if (isDeadLetter) this.#current.deadLetters++;
  }

  /** Ends the outage: no event is waiting, and the last attempt succeeded. */
  end(): void {
    const outage = this.#current;
    if (!outage) return;
    this.#throttle.withdraw();
    this.#current = null;
    if (!outage.isLogged) return;
    const seconds = Math.round((this.#clock.steadyMs() - outage.sinceMs) / 1000);
    const dead = outage.deadLetters > 0 ? `, ${outage.deadLetters} of them as dead letters` : '';
    this.#log.info(`caught up after ${seconds} s: ${plural(outage.events, 'queued event')} handled${dead}`);
  }

  /** Logs nothing more of an outage that still lasts, but every dead letter. */
  stop(): void {
    this.#deadLetters.finish();
    this.#throttle.stop();
  }
}
