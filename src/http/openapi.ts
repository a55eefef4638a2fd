import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { Api } from './application.js';

/** The address of the document. */
export const DOCUMENT_PATH = '/api/v1/openapi.json';

/** How the document of the routes is made. */
export const documentOptions: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'spotter',
      version: '1',
      description:
        'Events, cameras and people of a spotter daemon. Events as they happen come over the WebSocket /ws, live pictures over /api/v1/live.',
    },
    servers: [],
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token of spotter token create.' },
      },
    },
  },
  // 3.1 has const; an enum of one value says the same in more words.
  convertConstToEnum: false,
  transform: (route) => {
    const { schema, url } = jsonSchemaTransform(route);
    const needs = route.route.config?.needs ?? null;
    return {
      url,
      schema: {
        ...schema,
        security: needs === null ? [] : [{ token: [needs] }],
        response: { ...(schema.response ?? {}), default: PROBLEM },
      },
    };
  },
  transformObject: jsonSchemaTransformObject,
};

const PROBLEM = {
  description: 'What is wrong, and what to do.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

interface Described {
  paths?: object;
  components?: { schemas?: Record<string, object> };
}

/** The document of all routes, without the schemas that none of them refers to, directly or not. */
export function documentOf(app: Api): object {
  const document = app.swagger() as Described;
  const all = document.components?.schemas ?? {};
  const used = new Set<string>();
  const visit = (part: unknown) => {
    for (const [, name] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      visit(all[name] ?? {});
    }
  };
  visit(document.paths ?? {});
  const schemas = Object.fromEntries([...used].sort().map((name) => [name, all[name]]));
  const complete = { ...document, components: { ...document.components, schemas } };
  return JSON.parse(JSON.stringify(complete), (key, value) => {
    if (isNoise(key, value)) return undefined;
    return key === 'description' && value === 'Default Response' ? 'Done.' : value;
  });
}

/** Whether a keyword says nothing about a value: limits of the language, and that fields are not added, which they may be. */
function isNoise(key: string, value: unknown): boolean {
  if (key === 'maximum' || key === 'minimum') return Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER;
  return key === 'additionalProperties' && value === false;
}

/** Adds the route of the document. */
export function addDocumentRoute(app: Api): void {
  let text: string | undefined;
  app.get(DOCUMENT_PATH, { config: { needs: null }, schema: { hide: true } }, async (_request, reply) => {
    text ??= JSON.stringify(documentOf(app));
    return reply.header('content-type', 'application/json; charset=utf-8').send(text);
  });
}
