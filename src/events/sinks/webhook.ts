import { STATUS_CODES } from 'node:http';
import { describeError, hasErrno } from '../../core/errors.js';
import type { SpotterEvent } from '../event.js';
import { type EventFilter, isWanted } from '../filter.js';
import { answerQuoter } from './answerText.js';
import { type FormatOptions, MessageFormat } from './messageFormat.js';
import { type Answer, isClosed, NoAnswer, Poster } from './post.js';
import { Rejections } from './rejections.js';
import { retryAfterMs } from './retryAfter.js';
import { signatureOf } from './signature.js';
import type { Clock, Delivery, Sink } from './sink.js';
import { systemClock } from './systemClock.js';

/** One of `webhooks` in the configuration. */
export interface WebhookOptions extends EventFilter, FormatOptions {
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
/** Services that take no event as it is, by host, and the format that they need. */
const SERVICES: Record<string, FormatOptions['format']> = {
  'discord.com': 'discord',
  'discordapp.com': 'discord',
  'hooks.slack.com': 'slack',
  'api.telegram.org': 'telegram',
};

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
  readonly #format: MessageFormat;
  readonly #quote: (text: string) => string;
  readonly #rejections: Rejections;

  /** @param version of spotter, for the User-Agent */
  constructor(options: WebhookOptions, version: string, clock: Clock = systemClock) {
    this.name = `webhook:${options.id}`;
    this.giveUpMs = options.giveUpMs;
    this.#options = options;
    this.#userAgent = `spotter/${version}`;
    this.#clock = clock;
    this.#poster = new Poster(options.url);
    this.#format = new MessageFormat(options);
    this.#quote = answerQuoter({ ...options, headers: options.headers ?? {} });
    this.#rejections = new Rejections(clock, options.hasWorked ?? false);
  }

  async open(): Promise<null> {
    return null;
  }

  async deliver(event: SpotterEvent, signal: AbortSignal): Promise<Delivery> {
    if (!this.#wants(event)) return { outcome: 'skipped' };
    const { secret, timeoutMs } = this.#options;
    const { body, headers: own } = this.#format.messageOf(event);
    const timestamp = String(Math.floor(this.#clock.nowMs() / 1000));
    const headers = {
      'user-agent': this.#userAgent,
      ...own,
      'x-spotter-event': event.id,
      'x-spotter-seq': String(event.seq),
      'x-spotter-timestamp': timestamp,
      ...(secret !== null && { 'x-spotter-signature': signatureOf(secret, timestamp, body) }),
    };
    try {
      const wantsText = (status: number) => !isAccepted(status) || this.#format.hasOwnVerdict;
      return this.#judge(await this.#poster.post({ body, headers, timeoutMs, wantsText }, signal));
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

  #judge(answer: Answer): Delivery {
    const { status, text } = answer;
    const isRejected = isAccepted(status) && this.#format.hasOwnVerdict && isNotOk(text);
    if (isAccepted(status) && !isRejected) {
      this.#rejections.accepted();
      return { outcome: 'delivered' };
    }
    // The standard phrase, not the server's: a server may repeat the request, with its token, in its own.
    const reason = `${this.#poster.host} answered ${status} ${STATUS_CODES[status] ?? ''}`.trim();
    const quote = this.#quote(text);
    const why = quote === '' ? '' : `: ${quote}`;
    const askedMs = retryAfterMs(answer, this.#clock.nowMs());
    if (status >= 500 || RETRIED.has(status) || (isRejected && askedMs > 0))
      return { outcome: 'failed', reason: `${reason}${why}`, retryAfterMs: askedMs };
    if (this.#rejections.isOutage(status)) {
      const before = this.#rejections.hasAccepted
        ? ', although it has accepted events before'
        : '; unless it is starting, check url, secret and headers of this webhook';
      return { outcome: 'failed', isRejection: true, reason: `${reason}${before}${why}` };
    }
    return { outcome: 'refused', reason: `${reason}${this.#remedyFor(status)}${why}` };
  }

  #remedyFor(status: number): string {
    if (status >= 300 && status < 400) return '; redirects are not followed, configure the final address';
    const format = SERVICES[this.#poster.host];
    return format && format !== this.#options.format && status === 400
      ? `; set "format: ${format}" for this webhook`
      : '';
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

function isAccepted(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Whether an answer contains `"ok": false`, as those of Telegram and Slack do. */
function isNotOk(text: string): boolean {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null && 'ok' in answer && answer.ok === false;
  } catch {
    return false;
  }
}
