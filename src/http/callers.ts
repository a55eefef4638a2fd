import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { ANYBODY, type Caller, NOBODY, READER, type Scope } from '../core/access.js';
import { isLoopback } from './origin.js';
import type { Refusal } from './refusal.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a caller must be allowed to do; null: nothing. */
    needs?: Scope | null;
  }
  interface FastifyRequest {
    /** Who sends the request; {@link NOBODY} without a sign-in, which only public routes serve. */
    caller: Caller;
  }
}

/** What a request, an upgrade or not, says of its sender. */
export interface Credentials {
  headers: IncomingHttpHeaders;
  /** Address of the peer; empty once it is gone. */
  remoteAddress: string;
  /** Names of all headers, in lower case, as often as they were sent. */
  sent: readonly string[];
  /** Whether it may change something, or opens a WebSocket. */
  isActing: boolean;
  /** Whether the connection has TLS. */
  isEncrypted: boolean;
}

/** Who sends a request: NOBODY without a sign-in where one is required; a refusal when what it shows is not valid. */
export type Identify = (credentials: Credentials) => Caller | Refusal | Promise<Caller | Refusal>;

const WRONG_TOKEN: Refusal = {
  status: 401,
  error:
    'the token is not valid; send "Authorization: Bearer TOKEN" with the token in control.json of the data folder',
  headers: { 'www-authenticate': 'Bearer' },
};

/**
 * Identifies callers where no sign-in is required: whoever is on this machine, or has the token, may do everything; others may
 * read.
 *
 * @param token of the control file; null: there is none
 */
export function withoutSignIn(
  token: string | null,
): (credentials: Pick<Credentials, 'headers' | 'remoteAddress'>) => Caller | Refusal {
  return ({ headers, remoteAddress }) => {
    const given = bearerOf(headers);
    if (given !== null) return token !== null && isSame(given, token) ? ANYBODY : WRONG_TOKEN;
    return isLoopback(remoteAddress) ? ANYBODY : READER;
  };
}

/** The token in the Authorization header; null without one. */
export function bearerOf({ authorization }: IncomingHttpHeaders): string | null {
  const match = /^Bearer(?: +(.*))?$/i.exec(authorization ?? '');
  return match && (match[1] ?? '');
}

/** Compares secrets by their digests, so that the time taken reveals nothing, not even the length. */
export function isSame(given: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}

/** Who sends a request, if they may do what it needs. @param needs null for what is public @returns else why not */
export async function admit(
  credentials: Credentials,
  needs: Scope | null,
  identify: Identify,
): Promise<Caller | Refusal> {
  const caller = await identify(credentials);
  if ('error' in caller) return needs === null ? NOBODY : caller;
  if (needs === null || caller.scopes.has(needs)) return caller;
  if (caller === NOBODY)
    return {
      status: 401,
      error: 'sign in first: POST /api/v1/session, or send "Authorization: Bearer TOKEN"',
      headers: { 'www-authenticate': 'Bearer' },
    };
  return {
    status: 403,
    error: `this needs the scope ${needs}, which you do not have; ask whoever runs spotter`,
  };
}

/** What a request, an upgrade or not, shows of its sender. */
export function credentialsOf({ headers, rawHeaders, method, socket }: IncomingMessage): Credentials {
  return {
    headers,
    remoteAddress: socket.remoteAddress ?? '',
    sent: rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()),
    isActing: headers.upgrade !== undefined || !['GET', 'HEAD', 'OPTIONS'].includes(method ?? ''),
    isEncrypted: (socket as Partial<TLSSocket>).encrypted === true,
  };
}
