import type { Duplex } from 'node:stream';

/** Answers a request to upgrade with an HTTP status such as "404 Not Found", and does not wait for the peer to hang up. */
export function refuseUpgrade(socket: Duplex, status: string): void {
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
