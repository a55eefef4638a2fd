import compress from '@fastify/compress';
import rateLimit from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import type { Api } from './application.js';
import { isLoopback } from './origin.js';
import { RefusedError } from './refusal.js';

/** Limits of {@link addTraffic}. */
export interface TrafficOptions {
  /** Most requests per minute and address; 0: no limit. */
  rateLimit: number;
  /** Address of who sends a request, as a trusted proxy reports it or that of the peer. */
  clientOf: (request: FastifyRequest) => string;
}

/** Shorter answers are not compressed, bytes. */
const LEAST_BYTES = 1024;
/** Longer answers are compressed beside the event loop, so that events do not wait, bytes. */
const MOST_AT_ONCE_BYTES = 64 << 10;
/** Fast: most clients are near. */
const LEVEL = 3;

/** Adds what applies to the traffic of all routes that follow: gzip for who accepts it, and a limit per address, not for this machine. */
export async function addTraffic(app: Api, { rateLimit: max, clientOf }: TrafficOptions): Promise<void> {
  await app.register(compress, {
    encodings: ['gzip'],
    threshold: LEAST_BYTES,
    syncThreshold: MOST_AT_ONCE_BYTES,
    zlibOptions: { level: LEVEL },
    // A small body that becomes a large one is not accepted.
    globalDecompression: false,
  });
  await app.register(rateLimit, {
    max,
    timeWindow: '1 minute',
    keyGenerator: clientOf,
    allowList: (_request, client) => max === 0 || isLoopback(client),
    addHeadersOnExceeding: {
      'x-ratelimit-limit': false,
      'x-ratelimit-remaining': false,
      'x-ratelimit-reset': false,
    },
    errorResponseBuilder: (_request, { max, ttl }) =>
      new RefusedError({
        status: 429,
        error: `more than ${max} requests per minute; try again in ${Math.ceil(ttl / 1000)} s, or raise http.rateLimit`,
      }),
  });
}
