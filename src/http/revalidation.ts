import etag from '@fastify/etag';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Api } from './application.js';

/**
 * Adds routes whose answers a client may keep and asks for again: an answer that is still the same is 304 without a body.
 *
 * @param add adds the routes to the scope
 */
export function addRevalidated(app: Api, add: (scope: Api) => void): void {
  app.register(async (scope) => {
    // Weak: compressed, the bytes are others.
    await scope.register(etag, { weak: true, replyWith304: false });
    // The package also answers 304 in place of an error, and of what a request has changed.
    scope.addHook('onSend', async (request, reply, payload) => (isKnown(request, reply) ? '' : payload));
    scope.addHook(
      'onRequest',
      async (_request, reply) => void reply.header('cache-control', 'private, no-cache'),
    );
    add(scope);
  });
}

/** Whether the client has this very answer; it becomes 304. Only what a GET finds has a mark to come back with. */
function isKnown({ method, headers }: FastifyRequest, reply: FastifyReply): boolean {
  if (reply.statusCode !== 200 || !['GET', 'HEAD'].includes(method)) {
    reply.removeHeader('etag');
    return false;
  }
  const known = headers['if-none-match']?.split(',').map(opaque) ?? [];
  const isSame = known.includes('*') || known.includes(opaque(String(reply.getHeader('etag'))));
  if (isSame) reply.code(304);
  return isSame;
}

/** An ETag without the mark that it is weak, which does not count here. */
function opaque(tag: string): string {
  return tag.trim().replace(/^W\//, '');
}
