import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

/** Why a request is not served. */
export interface Refusal {
  /** HTTP status, 400 or more. */
  status: number;
  /** One sentence that also explains what to do. */
  error: string;
  /** One sentence per fault, where there may be several. */
  errors?: string[] | undefined;
  /** Headers of the answer, by their name in lower case. */
  headers?: Record<string, string> | undefined;
}

/** A refusal that a hook throws. */
export class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.error);
    this.refusal = refusal;
  }
}

/** The body of every error (RFC 9457). */
export const problem = z
  .object({
    type: z.string().describe('Always about:blank: the status says which problem it is.'),
    title: z.string().describe('The status in words.'),
    status: z.int().min(400).max(599),
    detail: z.string().describe('What is wrong, and what to do.'),
    error: z.string().describe('The same as detail.'),
    errors: z.array(z.string()).optional().describe('One sentence per fault of the request.'),
  })
  .meta({ id: 'Problem' });

const MEDIA_TYPE = 'application/problem+json; charset=utf-8';
/** When a client that is refused for a passing reason may try again. */
const RETRY_AFTER_SECONDS = 10;

/** A reply of any route, whatever its schema says. */
export type AnyReply = Pick<FastifyReply, 'raw'> & object;

/** The same reply, without what its route says of it. */
export function plainReply(reply: AnyReply): FastifyReply {
  return reply as unknown as FastifyReply;
}

/** Answers a request with an error. @returns the reply, to return from a handler */
export function refuse<R extends AnyReply>(reply: R, refusal: Refusal): R {
  plainReply(reply)
    .code(refusal.status)
    .headers(refusal.headers ?? {})
    .header('content-type', MEDIA_TYPE)
    .send(bodyOf(refusal));
  return reply;
}

/** Answers 404. @param error one sentence */
export function refuseMissing<R extends AnyReply>(reply: R, error: string): R {
  return refuse(reply, { status: 404, error });
}

/** Answers 503: the event log is not readable at the moment. */
export function refuseWithoutLog<R extends AnyReply>(reply: R): R {
  return refuse(reply, { status: 503, error: 'the event log cannot be read now; see /readyz' });
}

/**
 * Answers a connection, whose request may be unread, or an upgrade request with a refusal, and closes without waiting for the
 * peer. The answer fits into what the system buffers.
 */
export function refuseConnection(socket: Duplex, refusal: Refusal): void {
  const { status, headers = {} } = refusal;
  const body = bodyOf(refusal);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    ...(status === 503 ? [`Retry-After: ${RETRY_AFTER_SECONDS}`] : []),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Type: ${MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.once('finish', () => socket.destroy());
  // Closing with unread bytes would reset the connection, and the answer might be lost.
  socket.resume();
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function bodyOf({ status, error, errors }: Refusal): string {
  const title = STATUS_CODES[status] ?? 'Error';
  const faults = errors ? { error, errors } : { error };
  const body = { ...faults, detail: error, status, title, type: 'about:blank' };
  return JSON.stringify(body satisfies z.output<typeof problem>);
}
