import { connect } from 'node:tls';
import type { Address } from '../core/address.js';
import { DEFAULT_PORTS, hostAndPort } from './hostAndPort.js';

/** How a server answers to TLS: it speaks it (`open`), wants a certificate of the client, or speaks something else (`none`). */
export type TlsAnswer = 'open' | 'wants_certificate' | 'none';

/** OpenSSL's names of the alerts with which servers refuse a client without a certificate. */
const WANTS_CERTIFICATE = /ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|HANDSHAKE_FAILURE)$/;
/** Requests nothing of the server: it only has to answer. */
const HELLO = { rtsp: 'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n', http: 'OPTIONS * HTTP/1.0\r\n\r\n' } as const;

/**
 * Tries a TLS handshake without a client certificate, to explain a connection that failed. Never rejects; null without an answer,
 * and for other kinds of address.
 *
 * @param signal aborts the handshake
 */
export async function tlsAnswerOf({ kind, name }: Address, signal: AbortSignal): Promise<TlsAnswer | null> {
  if (kind === 'device' || kind === 'test') return null;
  const hello = kind === 'rtsp' || kind === 'rtsps' ? HELLO.rtsp : HELLO.http;
  return shakeHands(hostAndPort(name, DEFAULT_PORTS[kind]), hello, signal);
}

function shakeHands(
  { host, port }: { host: string; port: number },
  hello: string,
  signal: AbortSignal,
): Promise<TlsAnswer | null> {
  if (signal.aborted) return Promise.resolve(null);
  return new Promise((resolve) => {
    let isOpen = false;
    // With every cipher, a handshake that fails nevertheless fails for want of a certificate.
    const lenient = { rejectUnauthorized: false, ciphers: 'ALL:@SECLEVEL=0', minVersion: 'TLSv1' } as const;
    const socket = connect({ host, port, ...lenient });
    const settle = (answer: TlsAnswer | null) => {
      signal.removeEventListener('abort', late);
      socket.destroy();
      resolve(answer);
    };
    const late = () => settle(isOpen ? 'open' : null);
    signal.addEventListener('abort', late, { once: true });
    socket.once('secureConnect', () => {
      isOpen = true;
      // In TLS 1.3, a missing certificate is refused behind the handshake.
      socket.write(hello);
    });
    socket.once('data', () => settle('open'));
    socket.once('end', () => settle(isOpen ? 'open' : null));
    socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
      if (WANTS_CERTIFICATE.test(code)) settle('wants_certificate');
      else if (isOpen || /^ERR_SSL_.*ALERT/.test(code)) settle('open');
      else settle(code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'EPROTO' ? 'none' : null);
    });
  });
}
