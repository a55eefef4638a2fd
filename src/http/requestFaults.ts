import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { describeError } from '../core/errors.js';
import { faultsOfRequest } from './inputFaults.js';
import { type Refusal, RefusedError, refuse, refuseConnection } from './refusal.js';

/** Longest part of an address: a name of 64 characters, each of up to four bytes that are written as %XX. */
export const MAX_PARAMETER_LENGTH = 64 * 4 * 3;

const TOO_LARGE = 'FST_ERR_CTP_BODY_TOO_LARGE';
/** Most that is received of a body that is too large, so that its sender reads why. */
const MOST_DISCARDED_BYTES = 64 << 20;

/** What fastify finds wrong with a request before a route sees it. */
const FAULTS: Record<string, string> = {
  FST_ERR_BAD_URL:
    'the address is not valid: a % must be followed by two hexadecimal digits; encode it as %25',
  FST_ERR_MAX_PARAM_LENGTH: `a part of the address is longer than ${MAX_PARAMETER_LENGTH} characters; shorten it`,
  FST_ERR_CTP_EMPTY_JSON_BODY: 'the body is empty; send JSON, or leave out the content type',
  FST_ERR_CTP_INVALID_JSON_BODY: 'the body is not JSON; correct it',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH:
    'the body does not have the length that its header says; send all of it',
};

/** What Node says of bytes that its parser does not take. */
interface ParserFault extends Error {
  code?: string | undefined;
  /** Such as "Invalid header token". */
  reason?: string | undefined;
  /** The bytes, a Buffer: fastify's types say otherwise. */
  rawPacket?: unknown;
}

/** First byte of a client that begins with TLS: the type of its message. */
const TLS_HANDSHAKE = 0x16;
const UNENCODED =
  'the address has a character that is to be percent-encoded, such as a space as %20 and ü as %C3%BC; encode it (curl: -G --data-urlencode person=Jürgen)';

/** Answers a request that fastify refuses before there is a route for it. */
export function refuseUnrouted(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  refuse(reply, refusalOf(error));
}

/**
 * Answers every other request that fastify refuses, whose parameters are not valid, or whose handler has failed.
 *
 * @param onFailed called with one sentence when a handler has failed
 */
export function addFaultHandler(
  app: Pick<FastifyInstance, 'setErrorHandler'>,
  onFailed: (message: string) => void,
): void {
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const { method, routeOptions } = request;
    if (error.validation) {
      const errors = faultsOfRequest(request, error.validationContext);
      return refuse(reply, { status: 400, error: errors.join('; '), errors });
    }
    if (error instanceof RefusedError) return refuse(reply, error.refusal);
    // A connection that closed now would take the answer along: the client is still sending. Node throws away what comes.
    const isSoonSent = Number(request.headers['content-length']) <= MOST_DISCARDED_BYTES;
    if (error.code === TOO_LARGE && isSoonSent) reply.removeHeader('connection');
    const refusal = refusalOf(error, routeOptions.schema?.consumes, routeOptions.bodyLimit);
    if (refusal.status >= 500) onFailed(`${method} ${routeOptions.url} failed: ${describeError(error)}`);
    return refuse(reply, refusal);
  });
}

/** Answers bytes that are no request of HTTP, or one that is too large or too slow, and closes the connection. */
export function refuseBrokenRequest(
  error: ParserFault,
  socket: Parameters<typeof refuseConnection>[0],
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) refuseConnection(socket, brokenRequest(error));
  else socket.destroy();
}

function brokenRequest({ code, reason, rawPacket }: ParserFault): Refusal {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, error: 'the request did not arrive in time; send it again' };
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, error: 'the address and the headers are too long; shorten them' };
    case 'HPE_INVALID_URL':
    // A space ends the address.
    case 'HPE_INVALID_CONSTANT':
      return { status: 400, error: UNENCODED };
    default: {
      const isTls = Buffer.isBuffer(rawPacket) && rawPacket[0] === TLS_HANDSHAKE;
      const advice = isTls ? 'use http://, without TLS' : `correct it (${reason ?? code})`;
      return { status: 400, error: `this is not a request of HTTP/1.1; ${advice}` };
    }
  }
}

/**
 * @param accepted media types of the bodies that the route takes; JSON if it does not say
 * @param limit most bytes of a body that it takes
 */
function refusalOf(
  { code, statusCode: status = 500 }: FastifyError,
  accepted?: readonly string[],
  limit?: number,
): Refusal {
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    const wanted = accepted?.join(' or ') ?? 'JSON, or no body';
    return { status, error: `a body of this type is not accepted here; send ${wanted}` };
  }
  if (code === TOO_LARGE) {
    const advice = limit === undefined ? 'send less' : `send up to ${inMegabytes(limit)} MB`;
    return { status, error: `the body is too large; ${advice}` };
  }
  const known = FAULTS[code];
  if (known !== undefined) return { status, error: known };
  if (status < 500) return { status, error: 'the request is not valid; see /' };
  return { status, error: 'the request failed inside spotter; see its log' };
}

/** Never more than it is. */
function inMegabytes(bytes: number): number {
  return Math.floor((bytes / (1 << 20)) * 100) / 100;
}
