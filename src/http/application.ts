import swagger from '@fastify/swagger';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { admit, credentialsOf, type Identify } from './callers.js';
import { documentOptions } from './openapi.js';
import { refuse } from './refusal.js';
import { addFaultHandler } from './requestFaults.js';
import { addRoutes, type Views } from './routes.js';
import { addTraffic, type TrafficOptions } from './traffic.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Of a scope that serves files of a package: what metrics call them. Everybody may read them. */
    filesOf: string | null;
  }
  interface FastifyContextConfig {
    /** What metrics call the route; by default its template. */
    label?: string;
  }
}

/** Fastify whose routes have zod schemas; see CONTRIBUTING, "Add a route". */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What {@link addApplication} needs. */
export interface ApplicationOptions extends TrafficOptions {
  views: Views;
  /** Folder of the page's files; null: there is no page. */
  page: string | null;
  identify: Identify;
  /** Called with one sentence when a handler has failed. */
  onFailed: (message: string) => void;
  /** Called for each answer. @param route its template such as /api/v1/events/:seq, page, docs, or none */
  onAnswered: (route: string, status: number) => void;
}

/** Adds what serves a request once it is admitted: who may do what, validation, errors, every route, and the document of them. */
export async function addApplication(
  bare: FastifyInstance,
  { views, page, identify, rateLimit, clientOf, onFailed, onAnswered }: ApplicationOptions,
): Promise<void> {
  const app: Api = bare.withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  // No route takes text, and a page of another origin may send it without asking first.
  app.removeContentTypeParser('text/plain');
  app.decorateRequest('caller');
  app.decorate('filesOf', null);
  app.addHook('onRoute', function (route) {
    if (this.filesOf !== null) route.config = { ...route.config, needs: null, label: this.filesOf };
    else if (route.config?.needs === undefined)
      throw new Error(`${route.method} ${route.url} does not say what it needs`);
  });
  // What a route answers is personal, or changes: no cache keeps it unless the route says otherwise.
  app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'));
  app.addHook('onRequest', async (request, reply) => {
    const needs = request.routeOptions.config.needs ?? null;
    const caller = await admit(credentialsOf(request.raw), needs, identify);
    if ('error' in caller) return refuse(reply, caller);
    request.caller = caller;
  });
  app.addHook('onResponse', async ({ routeOptions: { url, config } }, { statusCode }) =>
    onAnswered(config.label ?? url ?? 'none', statusCode),
  );
  addFaultHandler(app, onFailed);
  await addTraffic(app, { rateLimit, clientOf });
  await app.register(swagger, documentOptions);
  addRoutes(app, views, page);
}
