import { BEST_TERMS, limitsOf, type Terms } from './handshake.js';
import type { SinkLog } from './sink.js';

/** What a broker has shown that it grants, over one connection after another. */
export class KnownTerms {
  readonly #log: SinkLog;
  #terms: Terms = BEST_TERMS;
  /** false: the broker seems to end the connection at retained messages. */
  #canRetain = true;
  #logged = '';

  constructor(log: SinkLog) {
    this.#log = log;
  }

  /** With what to open the next connection. */
  get terms(): Terms {
    return this.#terms;
  }

  /** A connection is open; logs what the broker does not grant, once. */
  connected(terms: Terms): void {
    this.#terms = terms;
    const limits = limitsOf(terms).join('; ');
    if (limits !== '' && limits !== this.#logged) this.#log.warn(`limits of the broker: ${limits}`);
    this.#logged = limits;
  }

  /** There was no connection: a broker that has restarted may grant more. */
  unreachable(): void {
    this.#terms = { ...BEST_TERMS, retain: this.#canRetain };
  }

  /** The broker seems to end the connection at retained messages, or does not after all. */
  suspectRetain(isSuspected: boolean): void {
    this.#canRetain = !isSuspected;
    this.#terms = { ...this.#terms, retain: this.#canRetain };
  }
}
