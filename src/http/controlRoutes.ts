import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { SpotterError } from '../core/errors.js';
import { isAllowedOrigin } from './origin.js';

/** What only programs on this machine may ask for that can read the secret. */
export interface ControlViews {
  /** The secret, made anew with every start. */
  token: string;
  /** Web pages, by origin, that may send requests beside those of this machine. */
  allowedOrigins: readonly string[];
  /** Forgets a person. @returns what was erased, for the answer @throws SpotterError */
  forget: (name: string) => Promise<object>;
}

/** Adds the addresses that change something. Each wants `Authorization: Bearer` with the secret of the control file. */
export function addControlRoutes(
  app: FastifyInstance,
  { token, allowedOrigins, forget }: ControlViews,
): void {
  app.register(async (control) => {
    control.addHook('onRequest', async ({ headers }, reply) => {
      if (!isAllowedOrigin(headers.origin, headers.host, allowedOrigins))
        return reply.code(403).send({ error: 'pages of this origin may not do that' });
      if (!isGenuine(headers.authorization, token))
        return reply.code(401).header('www-authenticate', 'Bearer').send({
          error: 'send "Authorization: Bearer TOKEN" with the token in control.json of the data folder',
        });
    });
    control.post<{ Params: { name: string } }>('/api/v1/people/:name/forget', async ({ params }, reply) => {
      reply.header('cache-control', 'no-store');
      try {
        return await forget(params.name);
      } catch (error) {
        if (!(error instanceof SpotterError)) throw error;
        return reply.code(error.code === 'usage' ? 400 : 409).send({ error: error.message });
      }
    });
  });
}

/** Digests are compared, so that the time it takes says nothing, not even about the length. */
function isGenuine(authorization: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`));
}
