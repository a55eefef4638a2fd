import swagger, { type FastifyStaticSwaggerOptions } from '@fastify/swagger';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Api } from './application.js';
import { DOCUMENT_PATH, documentOf } from './openapi.js';

const PATH = '/api/v1/docs';
/** What Swagger UI needs besides the policy of all pages: it writes styles and small pictures into its page. */
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; object-src 'none'";

/**
 * Adds the page that shows the document of the API; everything on it comes from this server. It is loaded when somebody asks for it: that takes
 * some 80 ms, and few do.
 */
export function addDocsRoutes(app: Api): void {
  let docs: Promise<FastifyInstance> | undefined;
  app.register(async (scope) => {
    scope.filesOf = 'docs';
    scope.addHook('onSend', async (_request, reply) => void reply.header('content-security-policy', POLICY));
    for (const url of [PATH, `${PATH}/*`])
      scope.get(url, { schema: { hide: true } }, async ({ url }, reply) => {
        docs ??= loadDocs(documentOf(app));
        const { statusCode, headers, rawPayload } = await (await docs).inject({ url });
        if (statusCode === 404) return reply.callNotFound();
        return reply.code(statusCode).type(String(headers['content-type'])).send(rawPayload);
      });
  });
}

async function loadDocs(document: object): Promise<FastifyInstance> {
  const { default: swaggerUi } = await import('@fastify/swagger-ui');
  const docs = Fastify();
  const specification = { document } as FastifyStaticSwaggerOptions['specification'];
  await docs.register(swagger, { mode: 'static', specification });
  await docs.register(swaggerUi, {
    routePrefix: PATH,
    theme: { title: 'spotter API' },
    uiConfig: { url: DOCUMENT_PATH, tryItOutEnabled: true, validatorUrl: null },
  });
  return docs;
}
