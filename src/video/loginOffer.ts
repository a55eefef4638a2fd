import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Address } from '../core/address.js';
import { secretsInPath } from '../core/secrets.js';
import { DEFAULT_PORTS, hostAndPort } from './hostAndPort.js';

/**
 * What ffmpeg can make of the logins that a server offers: it uses one (`usable`), takes a digest with another hash than MD5, which
 * it cannot compute (`other_digest`), or knows none of them (`other`).
 */
export type LoginOffer = 'usable' | 'other_digest' | 'other';

/** A response head is no longer. */
const MAX_HEAD_BYTES = 16_384;

/**
 * Asks a server that has refused a login which ones it offers. The request has no credentials, and no path where that may contain a
 * token, so it is no attempt to log in. Never rejects; null without an answer, and for other kinds of address.
 *
 * @param signal aborts the request
 */
export async function loginOfferOf(address: Address, signal: AbortSignal): Promise<LoginOffer | null> {
  const { kind, input } = address;
  if (kind === 'device' || kind === 'test') return null;
  try {
    const url = withoutSecrets(input);
    const challenges = await (kind === 'rtsp' || kind === 'rtsps'
      ? askRtsp(url, kind, signal)
      : askHttp(url, kind === 'https' ? httpsRequest : httpRequest, signal));
    return challenges && offerIn(challenges);
  } catch {
    return null;
  }
}

/**
 * What ffmpeg makes of the challenges of a 401: of several, it takes the last digest, else the last basic one.
 *
 * @param challenges the values of the `WWW-Authenticate` headers, in order
 * @returns null when there is none
 */
export function offerIn(challenges: readonly string[]): LoginOffer | null {
  if (challenges.length === 0) return null;
  const digest = challenges.filter((challenge) => /^digest /i.test(challenge)).at(-1);
  if (digest === undefined) return challenges.some((one) => /^basic /i.test(one)) ? 'usable' : 'other';
  const algorithm = [...digest.matchAll(/\balgorithm="?([^",\s]*)/gi)].at(-1)?.[1] ?? '';
  // ffmpeg compares with case.
  return /^(MD5(-sess)?)?$/.test(algorithm) ? 'usable' : 'other_digest';
}

function withoutSecrets(input: string): URL {
  const url = new URL(input);
  url.username = '';
  url.password = '';
  url.hash = '';
  if (secretsInPath(input).length > 0) {
    url.pathname = '/';
    url.search = '';
  }
  return url;
}

async function askRtsp(url: URL, kind: 'rtsp' | 'rtsps', signal: AbortSignal): Promise<string[] | null> {
  signal.throwIfAborted();
  const { host, port } = hostAndPort(url.host, DEFAULT_PORTS[kind]);
  // Nearly every camera signs its own certificate, and nothing is entrusted to this connection.
  const socket =
    kind === 'rtsp' ? connectTcp(port, host) : connectTls({ host, port, rejectUnauthorized: false });
  const abort = () => socket.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    socket.write(`DESCRIBE ${url.href} RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n`);
    return challengesIn(await headOf(socket));
  } finally {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
}

async function headOf(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) {
    text += (chunk as Buffer).toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end >= 0) return text.slice(0, end);
    if (text.length > MAX_HEAD_BYTES) break;
  }
  return '';
}

function challengesIn(head: string): string[] | null {
  const [status = '', ...lines] = head.split('\r\n');
  if (!/^RTSP\/\S+ 401\b/.test(status)) return null;
  return lines.flatMap((line) => /^www-authenticate:\s*(.*?)\s*$/i.exec(line)?.[1] ?? []);
}

function askHttp(
  url: URL,
  request: typeof httpRequest | typeof httpsRequest,
  signal: AbortSignal,
): Promise<string[] | null> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { signal, rejectUnauthorized: false, agent: false }, (answer) => {
      const names = answer.rawHeaders.filter((_, index) => index % 2 === 0);
      const values = answer.rawHeaders.filter((_, index) => index % 2 === 1);
      answer.destroy();
      if (answer.statusCode !== 401) return resolve(null);
      resolve(values.filter((_, index) => names[index].toLowerCase() === 'www-authenticate'));
    });
    asking.on('error', reject);
    asking.on('upgrade', (_answer, socket) => socket.destroy());
    asking.end();
  });
}
