import type { Clock, SinkLog } from './sink.js';

/** At most one failure is logged within this: a far end that accepts every other event would fill the log. */
const LOG_EVERY_MS = 60_000;

interface Current {
  sinceMs: number;
  isLogged: boolean;
  events: number;
  deadLetters: number;
}

/** Logs once that a sink has begun to fail, and once that it has caught up. */
export class Trouble {
  readonly #log: SinkLog;
  readonly #clock: Clock;
  #current: Current | null = null;
  #loggedAtMs = Number.NEGATIVE_INFINITY;

  constructor(log: SinkLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** A delivery has failed. @param text logged unless the sink is failing already */
  begin(text: string): void {
    if (this.#current) return;
    const nowMs = this.#clock.steadyMs();
    const isLogged = nowMs - this.#loggedAtMs >= LOG_EVERY_MS;
    this.#current = { sinceMs: nowMs, isLogged, events: 0, deadLetters: 0 };
    if (!isLogged) return;
    this.#loggedAtMs = nowMs;
    this.#log.warn(text);
  }

  /** An event has been handled since the sink began to fail. */
  count(isDeadLetter: boolean): void {
    if (!this.#current) return;
    this.#current.events++;
    if (isDeadLetter) this.#current.deadLetters++;
  }

  /** No event is queued, and the last attempt succeeded. */
  end(): void {
    const current = this.#current;
    this.#current = null;
    if (!current?.isLogged) return;
    const seconds = Math.round((this.#clock.steadyMs() - current.sinceMs) / 1000);
    const dead = current.deadLetters > 0 ? `, ${current.deadLetters} of them as dead letters` : '';
    this.#log.info(`caught up after ${seconds} s: ${current.events} queued event(s) handled${dead}`);
  }
}
