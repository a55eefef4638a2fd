import http from 'node:http';
import https from 'node:https';
import { decode } from '../../core/address.js';
import { hasErrno } from '../../core/errors.js';

/** What a server answered. */
export interface Answer {
  status: number;
  /** Reason phrase; may be empty. */
  text: string;
  /** The Retry-After header as it came. */
  retryAfter: string | undefined;
}

/** Of an answer's body so much is read, for so long, to keep the connection; then it is closed. */
const MAX_BODY_BYTES = 16_384;
const MAX_BODY_MS = 500;
/** Headers of an answer. */
const MAX_HEADER_BYTES = 16_384;

/** Posts to one address, over a connection that is kept. Follows no redirects. */
export class Poster {
  readonly #url: URL;
  readonly #agent: http.Agent;
  readonly #authorization: string | undefined;

  /** @param address http:// or https://; a login in it becomes the Authorization header */
  constructor(address: string) {
    this.#url = new URL(address);
    const { username, password } = this.#url;
    if (username || password) {
      const login = `${decode(username)}:${decode(password)}`;
      this.#authorization = `Basic ${Buffer.from(login).toString('base64')}`;
    }
    this.#url.username = '';
    this.#url.password = '';
    const options = { keepAlive: true, maxSockets: 2, maxFreeSockets: 1 };
    this.#agent = this.#url.protocol === 'https:' ? new https.Agent(options) : new http.Agent(options);
  }

  /** Host and port, for messages; path and query may hold a token. */
  get host(): string {
    return this.#url.host;
  }

  /**
   * @param timeoutMs from the beginning to the answer's headers
   * @throws NoAnswer, or the system's error
   */
  async post(
    body: string,
    headers: Record<string, string>,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Answer> {
    const attempt = () => this.#once(Buffer.from(body), headers, timeoutMs, signal);
    try {
      return await attempt();
    } catch (error) {
      // The server may close a kept connection at the moment in which we use it: that says nothing about the server.
      if (error instanceof StaleConnection) return attempt();
      throw error;
    }
  }

  /** Closes the kept connections. */
  close(): void {
    this.#agent.destroy();
  }

  #once(
    body: Buffer,
    headers: Record<string, string>,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { request } = this.#url.protocol === 'https:' ? https : http;
    return new Promise((resolve, reject) => {
      const outgoing = request(this.#url, {
        method: 'POST',
        agent: this.#agent,
        maxHeaderSize: MAX_HEADER_BYTES,
        headers: {
          ...headers,
          'content-length': body.length,
          ...(this.#authorization && { authorization: this.#authorization }),
        },
      });
      const stop = () => outgoing.destroy(new NoAnswer());
      const timer = setTimeout(stop, timeoutMs);
      signal.addEventListener('abort', stop, { once: true });
      const finish = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
      };
      // May come more than once.
      outgoing.on('error', (error) => {
        finish();
        const isStale = outgoing.reusedSocket && hasErrno(error, 'ECONNRESET', 'EPIPE');
        reject(isStale ? new StaleConnection() : error);
      });
      outgoing.once('response', (incoming) => {
        const { statusCode: status = 0, statusMessage: text = '', headers: answered } = incoming;
        void drain(incoming).then(() => {
          finish();
          resolve({ status, text, retryAfter: answered['retry-after'] });
        });
      });
      outgoing.end(body);
    });
  }
}

/** The time is over, or spotter ends. */
export class NoAnswer extends Error {}

class StaleConnection extends Error {}

/** Resolves when a body is over, or when there is more of it than anybody needs. The connection of the latter is closed. */
function drain(incoming: http.IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const timer = setTimeout(() => incoming.destroy(), MAX_BODY_MS);
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) incoming.destroy();
    });
    // The answer itself counts, however its body ends.
    incoming.on('error', () => {});
    incoming.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
