import { z } from 'zod';
import { anyObject } from './answerParts.js';
import type { Api } from './application.js';
import { refuseMissing } from './refusal.js';
import { sendJson } from './storedJson.js';

/** What the service says about itself, for programs and operators. */
export interface ServiceViews {
  /** The state of each webhook and the broker, without secrets. */
  sinks: () => object[];
  /** JSON Schema of each message and event, by name. */
  schemas: () => Readonly<Record<string, object>>;
}

const jsonSchema = anyObject.describe('JSON Schema, draft 2020-12.');

/** Adds the route of the sinks. */
export function addSinkRoutes(app: Api, { sinks }: Pick<ServiceViews, 'sinks'>): void {
  app.get(
    '/api/v1/sinks',
    {
      config: { needs: 'service:read' },
      schema: {
        operationId: 'listSinks',
        tags: ['service'],
        summary: 'The state of each webhook and the broker',
        response: { 200: z.object({ sinks: z.array(anyObject) }) },
      },
    },
    async () => ({ sinks: sinks() }),
  );
}

/** Adds the routes of the schemas. */
export function addSchemaRoutes(app: Api, { schemas }: Pick<ServiceViews, 'schemas'>): void {
  app.get(
    '/api/v1/schemas',
    {
      config: { needs: null },
      schema: {
        operationId: 'listSchemas',
        tags: ['service'],
        summary: 'JSON Schema of every message and event, by name',
        response: { 200: z.object({ schemas: z.record(z.string(), jsonSchema) }) },
      },
    },
    async () => ({ schemas: schemas() }),
  );
  app.get(
    '/api/v1/schemas/:name',
    {
      config: { needs: null },
      schema: {
        operationId: 'getSchema',
        tags: ['service'],
        summary: 'JSON Schema of one message or event',
        params: z.object({ name: z.string() }),
        response: { 200: { content: { 'application/schema+json': { schema: jsonSchema } } } },
      },
    },
    async ({ params }, reply) => {
      const all = schemas();
      if (!Object.hasOwn(all, params.name))
        return refuseMissing(reply, `no schema of that name; there are ${Object.keys(all).join(', ')}`);
      return sendJson(reply, JSON.stringify(all[params.name]), 'application/schema+json');
    },
  );
}
