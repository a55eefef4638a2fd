import { z } from 'zod';
import { type Caller, NOBODY, SCOPES } from '../core/access.js';
import { nothing } from './answerParts.js';
import type { Api } from './application.js';
import { type Credentials, credentialsOf } from './callers.js';
import { type Refusal, refuse } from './refusal.js';

/** Result of a sign-in: who it is and the cookie, or why not. */
export type SignedIn = { caller: Caller; cookie: string } | Refusal;

/** Signing in and out. */
export interface SessionViews {
  /** How a caller signs in: not at all, with a password, or before a proxy lets it through. */
  way: (credentials: Credentials) => 'none' | 'password' | 'proxy';
  signIn: (name: string, password: string, credentials: Credentials) => Promise<SignedIn>;
  /** Ends the session of a request. @returns the cookie that removes the one of the browser, or why not */
  signOut: (credentials: Credentials) => { cookie: string } | Refusal;
}

/** A text that no message repeats: it may be a password. */
const secretText = (maxLength: number) =>
  z
    .custom<string>(
      (value) => typeof value === 'string' && value.length <= maxLength,
      `must be text of at most ${maxLength} characters`,
    )
    .meta({ type: 'string', maxLength });

const session = z
  .object({
    signIn: z.enum(['none', 'password', 'proxy']).describe('How to sign in; none: it is not required.'),
    caller: z
      .object({
        name: z.string().nullable().describe('null without a sign-in.'),
        role: z
          .enum(['viewer', 'operator', 'admin'])
          .nullable()
          .describe('null for a token and without a sign-in.'),
        scopes: z.array(z.enum(SCOPES)).describe('What the caller may do.'),
        cameras: z
          .array(z.string())
          .nullable()
          .describe('The only cameras that the caller may see; null: all.'),
      })
      .nullable()
      .describe('null: a sign-in is required.'),
  })
  .meta({ id: 'Session' });

/** Adds the routes for signing in and out. */
export function addSessionRoutes(app: Api, { way, signIn, signOut }: SessionViews): void {
  const answer = (caller: Caller, credentials: Credentials): z.output<typeof session> => ({
    signIn: way(credentials),
    caller: caller === NOBODY ? null : shownCaller(caller),
  });
  app.get(
    '/api/v1/session',
    {
      config: { needs: null },
      schema: {
        operationId: 'getSession',
        tags: ['access'],
        summary: 'Who you are, and how to sign in',
        response: { 200: session },
      },
    },
    async ({ caller, raw }) => answer(caller, credentialsOf(raw)),
  );
  app.post(
    '/api/v1/session',
    {
      config: { needs: null },
      schema: {
        operationId: 'signIn',
        tags: ['access'],
        summary: 'Sign in; sets the cookie of the session',
        body: z.strictObject({ name: secretText(200), password: secretText(1000) }),
        response: { 200: session },
      },
    },
    async ({ body: { name, password }, raw }, reply) => {
      const credentials = credentialsOf(raw);
      const result = await signIn(name, password, credentials);
      if ('error' in result) return refuse(reply, result);
      return reply.header('set-cookie', result.cookie).send(answer(result.caller, credentials));
    },
  );
  app.delete(
    '/api/v1/session',
    {
      config: { needs: null },
      schema: {
        operationId: 'signOut',
        tags: ['access'],
        summary: 'Sign out: ends the session of the cookie, and no other',
        response: { 204: nothing },
      },
    },
    async ({ raw }, reply) => {
      const result = signOut(credentialsOf(raw));
      if ('error' in result) return refuse(reply, result);
      return reply.code(204).header('set-cookie', result.cookie).send();
    },
  );
}

function shownCaller({ name, role, scopes, cameras }: Caller) {
  return {
    name,
    role,
    scopes: SCOPES.filter((scope) => scopes.has(scope)),
    cameras: cameras && [...cameras],
  };
}
