import etag from '@fastify/etag';
import type { Api } from './application.js';

/**
 * Adds routes whose answers a client may keep and asks for again: an answer that is still the same is 304 without a body.
 *
 * @param add adds the routes to the scope
 */
export function addRevalidated(app: Api, add: (scope: Api) => void): void {
  app.register(async (scope) => {
    // Weak: compressed, the bytes are others.
    await scope.register(etag, { weak: true });
    scope.addHook(
      'onRequest',
      async (_request, reply) => void reply.header('cache-control', 'private, no-cache'),
    );
    add(scope);
  });
}
