import type { Readable } from 'node:stream';
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { describeError, hasErrno, SpotterError } from '../core/errors.js';
import { packageVersion } from '../core/package.js';
import { type RemoteAddress, redirected } from './remoteAddress.js';

const MOST_REDIRECTS = 10;
const MAX_HEADER_BYTES = 16_384;
const CONNECT_MS = 15_000;
/** A failed connection that may work a moment later. */
const TRANSIENT = [
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
];

/** A download that broke off, and may go on with another request. */
export class Broken extends Error {}

/** An answer whose body is still to be read. */
export interface RemoteAnswer {
  status: number;
  /** The first value of a header; null when there is none. */
  header: (name: string) => string | null;
  body: Readable;
  /** Host that answers, behind redirects. */
  host: string;
}

/** Requests for files, through the proxies of the environment: HTTPS_PROXY, HTTP_PROXY and NO_PROXY. Close it in the end. */
export class RemoteFiles {
  readonly #dispatcher: Dispatcher;

  /** @param stallMs a server that sends nothing for this long has stalled. @throws SpotterError usage for an unusable proxy */
  constructor(stallMs: number) {
    try {
      this.#dispatcher = new EnvHttpProxyAgent({
        connect: { timeout: CONNECT_MS },
        headersTimeout: stallMs,
        bodyTimeout: stallMs,
        maxHeaderSize: MAX_HEADER_BYTES,
      });
    } catch (cause) {
      throw new SpotterError(
        'usage',
        'HTTPS_PROXY or HTTP_PROXY is not the address of a proxy; write http://host:port, or unset it',
        { cause },
      );
    }
  }

  /**
   * Asks for a file. Follows redirects, to encrypted addresses only.
   *
   * @throws Broken when there is no answer; SpotterError model.download when there cannot be one; the reason of the signal
   */
  async get(
    first: RemoteAddress,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<RemoteAnswer> {
    let address = first;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const answer = await this.#ask(address, headers, signal);
      const location = answer.header('location');
      if (answer.status < 300 || answer.status > 399 || location === null) return answer;
      answer.body.on('error', () => {}).destroy();
      const next = redirected(address, location);
      if (!next)
        throw downloadFault(
          first,
          'leads on to an address that is not encrypted (https://); name another with --from',
        );
      address = next;
    }
    throw downloadFault(first, `redirects more than ${MOST_REDIRECTS} times; name another with --from`);
  }

  async #ask(
    address: RemoteAddress,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<RemoteAnswer> {
    const { url, authorization } = address;
    try {
      const answer = await request(url, {
        dispatcher: this.#dispatcher,
        signal,
        headers: {
          ...headers,
          'accept-encoding': 'identity',
          'user-agent': `spotter/${packageVersion}`,
          ...(authorization !== null && { authorization }),
        },
      });
      return {
        status: answer.statusCode,
        header: (name) => [answer.headers[name]].flat()[0] ?? null,
        body: answer.body,
        host: url.host,
      };
    } catch (error) {
      signal.throwIfAborted();
      throw requestFault(address, error);
    }
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }
}

/** An error about an address, in one sentence. */
export function downloadFault({ shown }: RemoteAddress, what: string, cause?: unknown): SpotterError {
  return new SpotterError('model.download', `${shown} ${what}`, { cause });
}

/** What an error of a connection means: {@link Broken} when it may work another time. */
export function requestFault(address: RemoteAddress, error: unknown): Error {
  if (hasErrno(error, ...TRANSIENT)) return new Broken(plainly(error), { cause: error });
  if (hasErrno(error, 'ENOTFOUND'))
    return downloadFault(
      address,
      'has a host that is not found; check the address, the network and HTTPS_PROXY',
      error,
    );
  const why = describeError(error);
  if (/certificate|self.signed|CERT_|SSL|TLS/i.test(`${why} ${(error as NodeJS.ErrnoException).code}`))
    return downloadFault(
      address,
      `has a certificate that is not trusted (${why}); for an authority of your own, set NODE_EXTRA_CA_CERTS to its PEM file`,
      error,
    );
  if (/proxy/i.test(why))
    return downloadFault(address, `is not reached through the proxy (${why}); check HTTPS_PROXY`, error);
  return downloadFault(address, `cannot be read (${why}); name another with --from`, error);
}

/** Why a connection failed, as part of a sentence. */
function plainly(error: unknown): string {
  if (hasErrno(error, 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT')) return 'the server sends nothing';
  if (hasErrno(error, 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT')) return 'the server does not answer';
  if (hasErrno(error, 'ECONNREFUSED')) return 'the connection is refused';
  if (hasErrno(error, 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH')) return 'the network is not reachable';
  return 'the connection broke off';
}
