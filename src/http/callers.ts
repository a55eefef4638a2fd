import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { type Caller, NOBODY, type Scope } from '../core/access.js';
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

/** How the token begins among the protocols that a WebSocket offers. */
export const TOKEN_PROTOCOL = 'bearer.';

/**
 * The token of a request; null without one. It is in the Authorization header, or, of a WebSocket, one of the protocols that it offers:
 * browsers let a page set no other header of it.
 */
export function bearerOf(headers: IncomingHttpHeaders): string | null {
  const { authorization, upgrade, 'sec-websocket-protocol': protocols } = headers;
  const match = /^Bearer(?: +(.*))?$/i.exec(authorization ?? '');
  if (match) return match[1] ?? '';
  if (upgrade === undefined || protocols === undefined) return null;
  const offered = protocols.split(',').map((protocol) => protocol.trim());
  return (
    offered.find((protocol) => protocol.startsWith(TOKEN_PROTOCOL))?.slice(TOKEN_PROTOCOL.length) ?? null
  );
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
    error: `this needs the scope ${needs}, which you do not have; ${caller.name === null ? 'sign in as a user of "spotter user add"' : 'ask whoever runs spotter'}`,
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
