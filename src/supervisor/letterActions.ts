import type { LoadedConfig } from '../config/load.js';
import type { Component } from '../core/lifecycle.js';
import { packageVersion } from '../core/package.js';
import { maskText } from '../core/secrets.js';
import { Serial } from '../core/serial.js';
import type { DeadLetterArchive, EventSource } from '../events/sinks/port.js';
import { WebhookSink } from '../events/sinks/webhook.js';

/** What became of a dead letter that was sent again. */
export interface Resent {
  /**
   * `delivered`: accepted, and no dead letter any more; `missing`: there is none. Otherwise it stays: `refused` concerns this event
   * alone, `failed` the far end, which will not accept others either.
   */
  outcome: 'delivered' | 'refused' | 'failed' | 'missing';
  /** Why it was not delivered, one sentence; else null. */
  reason: string | null;
}

/** Where {@link LetterActions} finds events and webhooks. */
export interface LetterActionsOptions {
  log: DeadLetterArchive & Pick<EventSource, 'after'>;
  /** The current configuration. */
  loaded: () => Pick<LoadedConfig, 'config' | 'secrets'>;
}

/** Most time for one attempt: the client that asks for it waits. */
const MAX_ATTEMPT_MS = 20_000;

/** Sends dead letters again and drops them, one at a time; with or without a running daemon. */
export class LetterActions implements Component {
  readonly #options: LetterActionsOptions;
  readonly #serial = new Serial();
  readonly #stopped = new AbortController();

  constructor(options: LetterActionsOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {}

  /** Aborts an attempt that is being made; later ones fail at once. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#serial.idle();
  }

  /** Makes one attempt, out of order, to deliver the event of a dead letter to its webhook as it is configured now. */
  resend(number: number): Promise<Resent> {
    return this.#serial.run(() => this.#resend(number));
  }

  /** Removes a dead letter; the event stays in the log. @returns whether there was one */
  drop(number: number): boolean {
    return this.#options.log.dropLetter(number);
  }

  async #resend(number: number): Promise<Resent> {
    const { log, loaded } = this.#options;
    const { config, secrets } = loaded();
    const letter = log.letter(number);
    const [event] = letter ? log.after(letter.seq - 1, 1) : [];
    if (!letter || event?.seq !== letter.seq) return { outcome: 'missing', reason: null };
    if (letter.sink === 'mqtt')
      return refused(
        'events are sent again to webhooks only; allow the topics of the broker, and drop the letter',
      );
    const webhook = config.webhooks.find(({ id }) => `webhook:${id}` === letter.sink);
    if (!webhook)
      return refused(`${letter.sink} is not in the configuration any more; add it again, or drop the letter`);
    const timeoutMs = Math.min(webhook.timeoutMs, MAX_ATTEMPT_MS);
    const sink = new WebhookSink({ ...webhook, timeoutMs }, packageVersion);
    const delivery = await sink.deliver(event, this.#stopped.signal);
    await sink.close();
    switch (delivery.outcome) {
      case 'delivered':
        log.dropLetter(number);
        return { outcome: 'delivered', reason: null };
      case 'skipped':
        return refused(
          `the filters of ${letter.sink} leave this event out now; change them, or drop the letter`,
        );
      case 'refused':
      case 'failed':
        return { outcome: delivery.outcome, reason: maskText(delivery.reason, secrets) };
    }
  }
}

function refused(reason: string): Resent {
  return { outcome: 'refused', reason };
}
