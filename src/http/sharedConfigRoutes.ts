import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Api } from './application.js';
import { refuseError } from './errorAnswer.js';
import { refuse } from './refusal.js';

/** The cameras that the nodes of a cluster share. */
export interface SharedConfigViews {
  /** The newest version. @throws SpotterError cluster.unfit, cluster.unreachable */
  sharedConfig: () => { text: string; revision: number };
  /** @param revision which one is replaced; null: whichever there is @throws SpotterError config.invalid, config.changed, cluster.unfit, cluster.unreachable */
  shareConfig: (text: string, revision: number | null) => Promise<{ text: string; revision: number }>;
}

const YAML = ['text/yaml', 'application/yaml'];
const MAX_BYTES = 1 << 20;
const ROUTE = '/api/v1/cluster/config';
const yamlText = z.string().describe('The section cameras of a configuration.');

/** Adds the routes of the shared configuration. It may contain passwords, so that reading it needs what changing it needs. */
export function addSharedConfigRoutes(app: Api, views: SharedConfigViews): void {
  app.register(async (bare: FastifyInstance) => {
    bare.removeAllContentTypeParsers();
    bare.addContentTypeParser(YAML, { parseAs: 'string', bodyLimit: MAX_BYTES }, (_request, body, done) =>
      done(null, body),
    );
    const scope = bare as Api;
    scope.get(
      ROUTE,
      {
        config: { needs: 'service:write' },
        schema: {
          ...{ operationId: 'getSharedConfig', tags: ['service'] },
          summary: 'The cameras that all nodes share, with passwords, and their revision as ETag',
          response: { 200: { content: { 'text/yaml': { schema: yamlText } } } },
        },
      },
      async (_request, reply) => {
        try {
          const { text, revision } = views.sharedConfig();
          return reply
            .header('content-type', 'text/yaml; charset=utf-8' as 'text/yaml')
            .header('etag', tag(revision))
            .send(text);
        } catch (error) {
          return refuseError(reply, error);
        }
      },
    );
    scope.put(
      ROUTE,
      {
        bodyLimit: MAX_BYTES,
        config: { needs: 'service:write' },
        schema: {
          ...{ operationId: 'putSharedConfig', tags: ['service'] },
          summary: 'Replace the cameras that all nodes share; every node applies them at once',
          headers: z.object({
            'if-match': z.string().optional().describe('ETag of the version that is replaced.'),
          }),
          consumes: YAML,
          body: yamlText,
          response: { 200: z.object({ revision: z.int() }) },
        },
      },
      async ({ headers, body }, reply) => {
        const revision = revisionOf(headers['if-match']);
        if (revision === undefined)
          return refuse(reply, {
            status: 400,
            error: 'If-Match is no ETag of this address, such as "12"; correct it',
          });
        try {
          const shared = await views.shareConfig(body, revision);
          reply.header('etag', tag(shared.revision));
          return { revision: shared.revision };
        } catch (error) {
          return refuseError(reply, error);
        }
      },
    );
  });
}

function tag(revision: number): string {
  return `"${revision}"`;
}

/** null for any revision; undefined for what is none. */
function revisionOf(match: string | undefined): number | null | undefined {
  if (match === undefined || match.trim() === '*') return null;
  const [, digits] = /^(?:W\/)?"?(\d{1,15})"?$/.exec(match.trim()) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
