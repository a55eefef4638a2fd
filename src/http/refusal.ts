import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyReply } from 'fastify';

/** Why a request is not served. */
export interface Refusal {
  /** HTTP status. */
  status: number;
  /** One sentence that also explains what to do. */
  error: string;
}

/** Answers 503: the event log is not readable at the moment. */
export function refuseWithoutLog(reply: FastifyReply): FastifyReply {
  return reply.code(503).send({ error: 'the event log cannot be read now; see /readyz' });
}

/** Answers an upgrade request with a refusal as JSON, and closes without waiting for the peer. */
export function refuseUpgrade(socket: Duplex, { status, error }: Refusal): void {
  const body = JSON.stringify({ error });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
