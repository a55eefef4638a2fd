import { readFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { LinkConfig } from './link.js';

const TIMEOUT_MS = 2000;
const DEFAULT_PORT = 4222;

/**
 * Why a server ends an encrypted connection, such as for want of a certificate of this node; null when none of the servers does. With
 * TLS 1.3 that comes after the handshake, when the client of NATS no longer listens, and reports a timeout.
 *
 * @returns an error with OpenSSL's code of the alert
 */
export async function tlsAlertOf({
  servers,
  tls,
}: Pick<LinkConfig, 'servers' | 'tls'>): Promise<Error | null> {
  for (const server of servers) {
    const alert = await alertOf(new URL(server), tls);
    if (alert) return alert;
  }
  return null;
}

function alertOf({ hostname, port }: URL, tls: LinkConfig['tls']): Promise<Error | null> {
  const read = (file: string | null) => (file === null ? undefined : readFileSync(file));
  return new Promise((resolve) => {
    const socket = connectPlain(Number(port) || DEFAULT_PORT, hostname.replace(/^\[|\]$/g, ''));
    const timer = setTimeout(() => end(null), TIMEOUT_MS);
    const end = (alert: Error | null) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(alert);
    };
    socket.on('error', () => end(null));
    socket.on('close', () => end(null));
    // The server speaks first, in clear.
    socket.once('data', () => {
      // Nothing is sent over it, so it need not be known whose it is.
      const own = { ca: read(tls.ca), cert: read(tls.certificate), key: read(tls.key) };
      connectTls({ ...own, socket, rejectUnauthorized: false })
        .on('error', end)
        .on('close', () => end(null));
    });
  });
}
