import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Client } from 'undici';
import { decode } from '../../core/address.js';
import { describeError, hasErrno } from '../../core/errors.js';
import { MOST_READ_BYTES } from './answerText.js';

/** What is used of a response. */
export interface Answer {
  status: number;
  /** The Retry-After header as it came. */
  retryAfter: string | undefined;
  /** The header X-RateLimit-Reset-After as it came, in seconds. */
  resetAfter: string | undefined;
  /** The beginning of the body, if the caller wants it; else empty. */
  text: string;
}

/** One request. */
export interface Post {
  body: string;
  headers: Record<string, string>;
  /** From the call to the response headers, ms. */
  timeoutMs: number;
  /** Whether the body of an answer with this status is needed. */
  wantsText: (status: number) => boolean;
}

/** A response body is discarded up to these limits to keep the connection; beyond them the connection is closed. */
const MAX_BODY_BYTES = 16_384;
const MAX_BODY_MS = 500;
/** Limit for the headers of a response. */
const MAX_HEADER_BYTES = 16_384;

/** Posts to one address, one request after another, over one kept-alive connection. Follows no redirects. */
export class Poster {
  readonly #url: URL;
  readonly #authorization: string | undefined;
  #connection: Connection | null = null;
  /** Settles when the body of the last response is discarded. */
  #discarding: Promise<unknown> = Promise.resolve();

  /** @param address http:// or https://; a login in it becomes the Authorization header */
  constructor(address: string) {
    this.#url = new URL(address);
    const { username, password } = this.#url;
    if (username || password) {
      const login = `${decode(username)}:${decode(password)}`;
      this.#authorization = `Basic ${Buffer.from(login).toString('base64')}`;
    }
  }

  /** Host and port, for messages; path and query may hold a token. */
  get host(): string {
    return this.#url.host;
  }

  /**
   * Resolves with status and headers, and with the beginning of the body where that is wanted. Otherwise the body is discarded in
   * the background; the next post waits for that.
   *
   * @throws NoAnswer, or an error with the `code` of the system or of undici
   */
  async post({ body, headers, timeoutMs, wantsText }: Post, signal: AbortSignal): Promise<Answer> {
    await this.#discarding;
    // Loaded only when used.
    const undici = await import('undici');
    if (signal.aborted) throw new NoAnswer();
    const stop = () => this.close();
    const timer = setTimeout(stop, timeoutMs);
    signal.addEventListener('abort', stop, { once: true });
    this.#connection ??= new Connection(this.#url.origin, undici);
    const login = this.#authorization && { authorization: this.#authorization };
    try {
      const answer = await this.#connection.post({
        path: `${this.#url.pathname}${this.#url.search}`,
        headers: { ...login, ...headers },
        body,
      });
      clearTimeout(timer);
      const { statusCode: status } = answer;
      const one = (name: string) => [answer.headers[name]].flat()[0];
      const rest = { retryAfter: one('retry-after'), resetAfter: one('x-ratelimit-reset-after') };
      if (wantsText(status)) return { status, ...rest, text: await beginningOf(answer.body) };
      this.#discarding = answer.body
        .dump({ limit: MAX_BODY_BYTES, signal: AbortSignal.timeout(MAX_BODY_MS) })
        // Status and headers are the answer, however the body ends.
        .catch(() => {});
      return { status, ...rest, text: '' };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }

  /** Closes the connection; a pending post rejects with NoAnswer. */
  close(): void {
    this.#connection?.destroy();
    this.#connection = null;
  }
}

/** The first bytes of a body, or what has arrived in time; a longer one closes the connection. */
async function beginningOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const timer = setTimeout(() => body.destroy(), MAX_BODY_MS);
  try {
    for await (const chunk of body) {
      if (bytes < MOST_READ_BYTES) chunks.push(Buffer.from(chunk));
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) break;
    }
  } catch {
    // Status and headers are the answer, however the body ends.
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).subarray(0, MOST_READ_BYTES).toString();
}

/** The server did not answer in time, or spotter is stopping. */
export class NoAnswer extends Error {}

/** An HTTP client that is discarded as a whole: undici does not abort a request that is waiting for its connection. */
class Connection {
  readonly #client: Client;
  /** The last socket, open or opening. */
  #socket: Socket | null = null;

  constructor(origin: string, { buildConnector, Client }: typeof import('undici')) {
    // No timeouts: the caller has one for the whole request.
    const open = buildConnector({ timeout: 0 });
    this.#client = new Client(origin, {
      connect: (target, done) => {
        // The types hide the socket, and destroying the client does not close a socket that is still opening.
        const socket: unknown = open(target, done);
        if (socket instanceof Socket) this.#socket = socket;
      },
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: MAX_HEADER_BYTES,
    });
  }

  async post(request: { path: string; headers: Record<string, string>; body: string }) {
    const kept = this.#socket;
    const attempt = () => this.#client.request({ ...request, method: 'POST', onInfo: refuseUpgrade });
    try {
      return await attempt();
    } catch (error) {
      // A server may close an idle connection just as it is used; that is not a failure of the server.
      if (this.#socket === kept && isClosed(error)) return attempt();
      throw error;
    }
  }

  /** Closes the socket; a pending post rejects with NoAnswer. */
  destroy(): void {
    void this.#client.destroy(new NoAnswer());
    this.#socket?.destroy();
  }
}

/** undici rejects a 101 with an Upgrade header itself, with the same message; without that header it fails in an assertion. */
function refuseUpgrade({ statusCode }: { statusCode: number }): void {
  if (statusCode === 101) throw new Error('bad upgrade');
}

/** Whether the other side closed the connection instead of answering. */
export function isClosed(error: unknown): boolean {
  if (hasErrno(error, 'ECONNRESET', 'EPIPE')) return true;
  // The code alone is also used for responses that undici cannot parse.
  return hasErrno(error, 'UND_ERR_SOCKET') && describeError(error) === 'other side closed';
}
