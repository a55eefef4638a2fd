import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Headers that only concern the protocol that is offered. */
const OF_OFFER = new Set(['upgrade', 'http2-settings', 'connection']);

/**
 * Puts a request that offers another protocol, such as h2c, back into its connection without the offer, so that it is served in
 * HTTP/1.1 (RFC 9110, section 7.8). Node has parsed its head alone, and takes the body for the other protocol.
 *
 * @param rest what was received after the head
 */
export function withdrawOffer(request: IncomingMessage, socket: Duplex, rest: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`, 'Connection: close'];
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (!OF_OFFER.has(rawHeaders[at].toLowerCase())) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  // Node reads headers as Latin-1: every byte is what it was.
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), rest]));
}
