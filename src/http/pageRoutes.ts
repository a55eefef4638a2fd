import fastifyStatic from '@fastify/static';
import type { Api } from './application.js';
import { type AnyReply, plainReply, refuseMissing } from './refusal.js';

/** The build puts what never changes here: another content has another name. */
const HASHED = '/assets/';
const FOREVER = 'public, max-age=31536000, immutable';
/** Addresses of programs: whatever is missing there is no page. */
const OF_PROGRAMS = /^\/(api|ws|metrics|healthz|readyz)(\/|$)/;

/**
 * Adds the files of the page, and the answers to addresses that have no route: browsers get the page, which knows its own addresses,
 * everybody else 404.
 *
 * @param folder of the page's files; null: there is no page
 */
export function addPageRoutes(app: Api, folder: string | null): void {
  if (folder !== null) addFiles(app, folder);
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, async (request, reply) => {
    const address = request.url.split('?')[0];
    const isPage = request.method === 'GET' && !OF_PROGRAMS.test(address) && wantsPage(request.headers);
    if (folder !== null && isPage) return sendPage(reply, folder);
    return refuseMissing(reply, `nothing at ${address}; see /`);
  });
}

/** Adds a route per file, so that no other name ever reaches the file system, and what answers with the page. */
function addFiles(app: Api, root: string): void {
  app.register(fastifyStatic, { root, serve: false, cacheControl: false });
  app.register(async (scope) => {
    scope.filesOf = 'page';
    scope.addHook('onSend', async ({ url }, reply) => {
      reply.header('cache-control', url.startsWith(HASHED) ? FOREVER : 'no-cache');
    });
    await scope.register(fastifyStatic, {
      root,
      wildcard: false,
      index: false,
      cacheControl: false,
      decorateReply: false,
    });
  });
}

/** Answers with the page. @param folder of its files */
export function sendPage<R extends AnyReply>(reply: R, folder: string): R {
  plainReply(reply).header('cache-control', 'no-cache').sendFile('index.html', folder);
  return reply;
}

/** Whether who asks is a browser that shows a page. */
export function wantsPage({ accept }: { accept?: string | undefined }): boolean {
  return accept?.includes('text/html') ?? false;
}
