import type { FastifyInstance } from 'fastify';

/** What the service says about itself, for programs and operators. */
export interface ServiceViews {
  /** The state of each webhook and the broker, without secrets. */
  sinks: () => object[];
  /** JSON Schema of each message and event, by name. */
  schemas: () => Readonly<Record<string, object>>;
}

/** Adds the routes for sinks and schemas. */
export function addServiceRoutes(app: FastifyInstance, { sinks, schemas }: ServiceViews): void {
  app.get('/api/v1/sinks', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    return { sinks: sinks() };
  });
  app.get('/api/v1/schemas', async () => ({ schemas: schemas() }));
  app.get<{ Params: { name: string } }>('/api/v1/schemas/:name', async ({ params }, reply) => {
    const all = schemas();
    if (Object.hasOwn(all, params.name))
      return reply.header('content-type', 'application/schema+json').send(JSON.stringify(all[params.name]));
    const error = `no schema of that name; there are ${Object.keys(all).join(', ')}`;
    return reply.code(404).send({ error });
  });
}
