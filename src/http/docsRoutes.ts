import swaggerUi from '@fastify/swagger-ui';
import type { Api } from './application.js';
import { DOCUMENT_PATH } from './openapi.js';

/** What Swagger UI needs besides the policy of all pages: it writes styles and small pictures into its page. */
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; object-src 'none'";

/** Adds the page that shows the document of the API; everything on it comes from this server. */
export function addDocsRoutes(app: Api): void {
  app.register(async (scope) => {
    scope.filesOf = 'docs';
    await scope.register(swaggerUi, {
      routePrefix: '/api/v1/docs',
      staticCSP: POLICY,
      theme: { title: 'spotter API' },
      uiConfig: { url: DOCUMENT_PATH, tryItOutEnabled: true, validatorUrl: null },
    });
  });
}
