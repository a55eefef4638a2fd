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

/** Fastify whose routes have zod schemas; see CONTRIBUTING, "Add a route". */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What {@link addApplication} needs. */
export interface ApplicationOptions {
  views: Views;
  identify: Identify;
  /** Called with one sentence when a handler has failed. */
  onFailed: (message: string) => void;
}

/** Adds what serves a request once it is admitted: who may do what, validation, errors, every route, and the document of them. */
export async function addApplication(
  bare: FastifyInstance,
  { views, identify, onFailed }: ApplicationOptions,
): Promise<void> {
  const app: Api = bare.withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('caller');
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.needs === undefined) throw new Error(`${method} ${url} does not say what it needs`);
  });
  app.addHook('onRequest', async (request, reply) => {
    const needs = request.routeOptions.config.needs ?? null;
    const caller = await admit(credentialsOf(request), needs, identify);
    if ('error' in caller) return refuse(reply, caller);
    request.caller = caller;
  });
  // What a route answers is personal, or changes: no cache keeps it unless the route says otherwise.
  app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'));
  addFaultHandler(app, onFailed);
  await app.register(swagger, documentOptions);
  addRoutes(app, views);
}
