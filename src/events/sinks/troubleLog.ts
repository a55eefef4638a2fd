import type { Clock, SinkLog } from './sink.js';

/** A far end that takes every other event would fill the log: so often at most a trouble is told. */
const LOG_EVERY_MS = 60_000;

interface Current {
  sinceMs: number;
  isLogged: boolean;
  events: number;
  deadLetters: number;
}

/** Says once that a sink has begun to fail, and once that it has caught up. */
export class Trouble {
  readonly #log: SinkLog;
  readonly #clock: Clock;
  #current: Current | null = null;
  #loggedAtMs = Number.NEGATIVE_INFINITY;

  constructor(log: SinkLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** @param text what is wrong; told only where no trouble goes on */
  begin(text: string): void {
    if (this.#current) return;
    const nowMs = this.#clock.steadyMs();
    const isLogged = nowMs - this.#loggedAtMs >= LOG_EVERY_MS;
    this.#current = { sinceMs: nowMs, isLogged, events: 0, deadLetters: 0 };
    if (!isLogged) return;
    this.#loggedAtMs = nowMs;
    this.#log.warn(text);
  }

  /** An event that came after the trouble began is done with. */
  count(isDeadLetter: boolean): void {
    if (!this.#current) return;
    this.#current.events++;
    if (isDeadLetter) this.#current.deadLetters++;
  }

  /** Nothing waits any more, and the last attempt went well. */
  end(): void {
    const current = this.#current;
    this.#current = null;
    if (!current?.isLogged) return;
    const seconds = Math.round((this.#clock.steadyMs() - current.sinceMs) / 1000);
    const dead = current.deadLetters > 0 ? `, ${current.deadLetters} of them became dead letters` : '';
    this.#log.info(`has caught up after ${seconds} s: ${current.events} event(s) had waited${dead}`);
  }
}
