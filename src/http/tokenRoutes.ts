import { z } from 'zod';
import { type Caller, maySee, SCOPES, type Scope } from '../core/access.js';
import { nothing, time } from './answerParts.js';
import type { Api } from './application.js';
import { refuseError } from './errorAnswer.js';
import { refuse, refuseMissing } from './refusal.js';

/** A token, without the token itself. */
export interface TokenView {
  name: string;
  scopes: Scope[];
  /** null for all. */
  cameras: string[] | null;
  /** ISO 8601. */
  createdAt: string;
  /** ISO 8601; null: never. */
  usedAt: string | null;
}

/** The tokens of programs. */
export interface TokenViews {
  list: () => TokenView[];
  /** @returns the token @throws SpotterError usage for a token that is not valid, access.taken for its name */
  create: (token: Pick<TokenView, 'name' | 'scopes' | 'cameras'>) => string;
  /** @returns whether there was one */
  revoke: (name: string) => boolean;
}

const scopes = z.array(z.enum(SCOPES)).min(1);
const cameras = z.array(z.string()).nullable().describe('The only cameras to see; null: all.');
const token = z
  .object({
    name: z.string(),
    scopes,
    cameras,
    createdAt: time,
    usedAt: time.nullable().describe('The last use, up to a minute ago; null: never.'),
  })
  .meta({ id: 'Token' });

/** Adds the routes of tokens. */
export function addTokenRoutes(app: Api, { list, create, revoke }: TokenViews): void {
  app.get(
    '/api/v1/tokens',
    {
      config: { needs: 'access:write' },
      schema: {
        operationId: 'listTokens',
        tags: ['access'],
        summary: 'The tokens of programs',
        response: { 200: z.object({ tokens: z.array(token) }) },
      },
    },
    async () => ({ tokens: list() }),
  );
  app.post(
    '/api/v1/tokens',
    {
      config: { needs: 'access:write' },
      schema: {
        operationId: 'createToken',
        tags: ['access'],
        summary: 'Create a token',
        body: z.strictObject({ name: z.string(), scopes, cameras: cameras.default(null) }),
        response: {
          201: z.object({
            token: z.string().describe('Shown this once.'),
            name: z.string(),
            scopes,
            cameras,
          }),
        },
      },
    },
    async ({ body, caller }, reply) => {
      const excess = excessOf(body, caller);
      if (excess !== null) return refuse(reply, { status: 403, error: excess });
      try {
        const text = create(body);
        return reply.code(201).send({ token: text, ...body });
      } catch (error) {
        return refuseError(reply, error);
      }
    },
  );
  app.delete(
    '/api/v1/tokens/:name',
    {
      config: { needs: 'access:write' },
      schema: {
        operationId: 'revokeToken',
        tags: ['access'],
        summary: 'Revoke a token',
        params: z.object({ name: z.string() }),
        response: { 204: nothing },
      },
    },
    async ({ params: { name } }, reply) =>
      revoke(name) ? reply.code(204).send() : refuseMissing(reply, 'no token of that name'),
  );
}

/** What a caller asks for beyond its own rights, in one sentence; null for nothing. */
function excessOf({ scopes, cameras }: Pick<TokenView, 'scopes' | 'cameras'>, caller: Caller): string | null {
  const scope = scopes.find((one) => !caller.scopes.has(one));
  if (scope !== undefined) return `you do not have the scope ${scope} yourself; leave it out`;
  const isAllowed = caller.cameras === null || (cameras ?? []).every((id) => maySee(caller, id));
  if (isAllowed && (cameras !== null || caller.cameras === null)) return null;
  return 'you may not see these cameras yourself; name only those that you may';
}
