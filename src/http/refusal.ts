import type { Duplex } from 'node:stream';
import type { FastifyReply } from 'fastify';

/** Answers 503: the event log is not readable at the moment. */
export function refuseWithoutLog(reply: FastifyReply): FastifyReply {
  return reply.code(503).send({ error: 'the event log cannot be read now; see /readyz' });
}

/** Answers an upgrade request with a status such as "404 Not Found", and closes without waiting for the peer. */
export function refuseUpgrade(socket: Duplex, status: string): void {
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
