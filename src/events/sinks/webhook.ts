import { STATUS_CODES } from 'node:http';
import { describeError, hasErrno } from '../../core/errors.js';
import type { SpotterEvent } from '../event.js';
import { type EventFilter, isWanted } from '../filter.js';
import { type Answer, isClosed, NoAnswer, Poster } from './post.js';
import { Rejections } from './rejections.js';
import { signatureOf } from './signature.js';
import type { Clock, Delivery, Sink } from './sink.js';
import { systemClock } from './systemClock.js';

/** One of `webhooks` in the configuration. */
export interface WebhookOptions extends EventFilter {
  id: string;
  /** http:// or https://, with or without a login. */
  url: string;
  /** Key of the signature; null: none. */
  secret: string | null;
  notifyOnly: boolean;
  timeoutMs: number;
  giveUpMs: number;
  /** Whether the address may have accepted events before; default false. */
  hasWorked?: boolean;
}

/** Statuses that are retried, as all 5xx are. */
const RETRIED = new Set([408, 425, 429]);
/** Delivers events by HTTP POST, one per request. */
export class WebhookSink implements Sink {
  readonly name: string;
  readonly giveUpMs: number;
  /** Requests are independent: there is no connection to open. */
  readonly isOpen = true;
  readonly #options: WebhookOptions;
  readonly #userAgent: string;
  readonly #clock: Clock;
  readonly #poster: Poster;
  readonly #rejections: Rejections;

  /** @param version of spotter, for the User-Agent */
  constructor(options: WebhookOptions, version: string, clock: Clock = systemClock) {
    this.name = `webhook:${options.id}`;
    this.giveUpMs = options.giveUpMs;
    this.#options = options;
    this.#userAgent = `spotter/${version}`;
    this.#clock = clock;
    this.#poster = new Poster(options.url);
    this.#rejections = new Rejections(clock, options.hasWorked ?? false);
  }

  async open(): Promise<null> {
    return null;
  }

  async deliver(event: SpotterEvent, signal: AbortSignal): Promise<Delivery> {
    if (!this.#wants(event)) return { outcome: 'skipped' };
    const { secret, timeoutMs } = this.#options;
    const body = JSON.stringify({ type: 'event', ...event });
    const timestamp = String(Math.floor(this.#clock.nowMs() / 1000));
    const headers = {
      'content-type': 'application/json',
      'user-agent': this.#userAgent,
      'x-spotter-event': event.id,
      'x-spotter-seq': String(event.seq),
      'x-spotter-timestamp': timestamp,
      ...(secret !== null && { 'x-spotter-signature': signatureOf(secret, timestamp, body) }),
    };
    try {
      return this.#judge(await this.#poster.post(body, headers, timeoutMs, signal));
    } catch (error) {
      return { outcome: 'failed', reason: this.#explain(error) };
    }
  }

  async close(): Promise<void> {
    this.#poster.close();
  }

  #wants(event: SpotterEvent): boolean {
    if (this.#options.notifyOnly && !event.notify) return false;
    return isWanted(this.#options, event, () => event.withdrawn);
  }

  #judge({ status, retryAfter }: Answer): Delivery {
    if (status >= 200 && status < 300) {
      this.#rejections.accepted();
      return { outcome: 'delivered' };
    }
    // The standard phrase, not the server's: a server may repeat the request, with its token, in its own.
    const reason = `${this.#poster.host} answered ${status} ${STATUS_CODES[status] ?? ''}`.trim();
    if (status >= 500 || RETRIED.has(status))
      return { outcome: 'failed', reason, retryAfterMs: this.#retryAfterMs(retryAfter) };
    if (this.#rejections.isOutage(status))
      return { outcome: 'failed', reason: `${reason}, although it has accepted events before` };
    const remedy =
      status >= 300 && status < 400 ? '; redirects are not followed, configure the final address' : '';
    return { outcome: 'refused', reason: `${reason}${remedy}` };
  }

  /** Parses Retry-After, in seconds or as a date; 0 when it is neither. */
  #retryAfterMs(header: string | undefined): number {
    if (header === undefined) return 0;
    if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
    const atMs = Date.parse(header);
    return Number.isNaN(atMs) ? 0 : Math.max(0, atMs - this.#clock.nowMs());
  }

  /** Replaces Node's messages, some of which contain the address. */
  #explain(error: unknown): string {
    const { host } = this.#poster;
    if (error instanceof NoAnswer) return `no answer from ${host} within ${this.#options.timeoutMs} ms`;
    if (hasErrno(error, 'ECONNREFUSED')) return `no server is listening at ${host}`;
    if (hasErrno(error, 'ENOTFOUND', 'EAI_AGAIN')) return `host not found: ${host}`;
    if (isClosed(error)) return `${host} closed the connection without answering`;
    return `cannot reach ${host}: ${describeError(error)}`;
  }
}
