import { Socket } from 'node:net';
import { buildConnector, Client } from 'undici';
import { decode } from '../../core/address.js';
import { describeError, hasErrno } from '../../core/errors.js';

/** What a server answered: its status line and headers. */
export interface Answer {
  status: number;
  /** Reason phrase; may be empty. */
  text: string;
  /** The Retry-After header as it came. */
  retryAfter: string | undefined;
}

/** A response body is discarded up to these limits to keep the connection; beyond them the connection is closed. */
const MAX_BODY_BYTES = 16_384;
const MAX_BODY_MS = 500;
/** Headers of an answer. */
const MAX_HEADER_BYTES = 16_384;

/** Posts to one address, one request after another, over one kept-alive connection. Follows no redirects. */
export class Poster {
  readonly #url: URL;
  readonly #authorization: string | undefined;
  #connection: Connection | null = null;
  /** Settles when the body of the last answer is discarded. */
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
   * Resolves with the headers of the answer; its body is discarded in the background, which the next post waits for.
   *
   * @param timeoutMs from the beginning to the answer's headers
   * @throws NoAnswer, or an error with the `code` of the system or of undici
   */
  async post(
    body: string,
    headers: Record<string, string>,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Answer> {
    await this.#discarding;
    if (signal.aborted) throw new NoAnswer();
    const stop = () => this.close();
    const timer = setTimeout(stop, timeoutMs);
    signal.addEventListener('abort', stop, { once: true });
    this.#connection ??= new Connection(this.#url.origin);
    const login = this.#authorization && { authorization: this.#authorization };
    try {
      const answer = await this.#connection.post({
        path: `${this.#url.pathname}${this.#url.search}`,
        headers: { ...headers, ...login },
        body,
      });
      this.#discarding = answer.body
        .dump({ limit: MAX_BODY_BYTES, signal: AbortSignal.timeout(MAX_BODY_MS) })
        // The answer itself counts, however its body ends.
        .catch(() => {});
      const [retryAfter] = [answer.headers['retry-after']].flat();
      return { status: answer.statusCode, text: answer.statusText, retryAfter };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }

  /** Closes the connection; a post that waits for its answer rejects with NoAnswer. */
  close(): void {
    this.#connection?.destroy();
    this.#connection = null;
  }
}

/** The time is over, or spotter ends. */
export class NoAnswer extends Error {}

/** An HTTP client that is thrown away as a whole: undici does not abort a request that waits for its connection. */
class Connection {
  readonly #client: Client;
  /** The last one that was opened, or is being opened. */
  #socket: Socket | null = null;

  constructor(origin: string) {
    // No timeouts: the caller has one for all of it.
    const open = buildConnector({ timeout: 0 });
    this.#client = new Client(origin, {
      connect: (target, done) => {
        // Its types hide the socket, and the client leaves one that is still being opened alone when it is destroyed.
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
      // A server may close a kept connection at the moment it is used, which says nothing about the server.
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

/** undici refuses a 101 with an Upgrade header itself, in the same words; one without fails in an assertion. */
function refuseUpgrade({ statusCode }: { statusCode: number }): void {
  if (statusCode === 101) throw new Error('bad upgrade');
}

/** Whether the other side closed the connection instead of answering. */
export function isClosed(error: unknown): boolean {
  if (hasErrno(error, 'ECONNRESET', 'EPIPE')) return true;
  // The code alone also stands for answers that undici does not take.
  return hasErrno(error, 'UND_ERR_SOCKET') && describeError(error) === 'other side closed';
}
