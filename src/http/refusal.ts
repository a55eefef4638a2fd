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

/** When a client that is refused for a passing reason may try again. */
const RETRY_AFTER_SECONDS = 10;

/** Answers 503: the event log is not readable at the moment. */
export function refuseWithoutLog(reply: FastifyReply): FastifyReply {
  return reply.code(503).send({ error: 'the event log cannot be read now; see /readyz' });
}

/**
 * Answers a connection, whose request may be unread, or an upgrade request with a refusal as JSON, and closes without waiting
 * for the peer. The answer fits into what the system buffers.
 */
export function refuseConnection(socket: Duplex, { status, error }: Refusal): void {
  const body = JSON.stringify({ error });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    ...(status === 503 ? [`Retry-After: ${RETRY_AFTER_SECONDS}`] : []),
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.once('finish', () => socket.destroy());
  // Closing with unread bytes would reset the connection, and the answer might be lost.
  socket.resume();
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
