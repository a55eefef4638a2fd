import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { describeError, SpotterError } from '../core/errors.js';
import { parseSeq } from './parameters.js';
import { refuseWithoutLog } from './refusal.js';

/** Actions for programs that can read the control file. */
export interface ControlViews {
  /** Secret that a request must carry; new with every start. */
  token: string;
  /** Erases a person. @returns the body of the response @throws SpotterError */
  forget: (name: string) => Promise<object>;
  /** Sends a dead letter again. @returns the body of the response @throws when the log cannot be read */
  resend: (number: number) => Promise<object>;
  /** Removes a dead letter. @returns whether there was one @throws when the log cannot be written */
  drop: (number: number) => boolean;
  /** Copies the event log. @returns the body of the response @throws SpotterError when it cannot be copied now */
  copyLog: () => Promise<object>;
}

/** Adds the routes that change state. Each requires `Authorization: Bearer` with the token of the control file. */
export function addControlRoutes(app: FastifyInstance, views: ControlViews): void {
  const { token, forget, resend, drop, copyLog } = views;
  app.register(async (control) => {
    control.addHook('onRequest', async ({ headers }, reply) => {
      if (!isGenuine(headers.authorization, token))
        return reply.code(401).header('www-authenticate', 'Bearer').send({
          error:
            'missing or invalid token; send "Authorization: Bearer TOKEN" with the token in control.json of the data folder',
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
    control.post('/api/v1/log/copy', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      return copyLog().catch((error: unknown) =>
        reply.code(503).send({ error: `the event log cannot be copied: ${describeError(error)}` }),
      );
    });
    const letterRoute = (method: 'POST' | 'DELETE', act: (number: number) => Promise<object>) =>
      control.route<{ Params: { number: string } }>({
        method,
        url: '/api/v1/dead-letters/:number',
        handler: async ({ params }, reply) => {
          reply.header('cache-control', 'no-store');
          const number = parseSeq(params.number);
          if (number === null)
            return reply
              .code(400)
              .send({ error: 'the number of a dead letter must be a whole number, 1 or more' });
          return act(number).catch(() => refuseWithoutLog(reply));
        },
      });
    letterRoute('POST', resend);
    letterRoute('DELETE', async (number) => ({ dropped: drop(number) }));
  });
}

/** Compares digests, so that the time taken reveals nothing, not even the length. */
function isGenuine(authorization: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`));
}
