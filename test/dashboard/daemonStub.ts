import { vi } from 'vitest';
import type { Scope, Session } from '../../src/dashboard/api/model.js';
import { session } from '../../src/dashboard/state/ownSession.js';

/** A request that the page sent. */
export interface Sent {
  /** `POST /people/alice/photos?face=door-1`. */
  route: string;
  body: string;
}

const SCOPES: Scope[] = [
  'events:read',
  'cameras:read',
  'people:read',
  'people:write',
  'people:forget',
  'service:read',
  'service:write',
];

/** The daemon does not answer. */
export const SILENCE = 0;

/** Signs somebody in. */
export function signedIn(scopes: Scope[] = SCOPES): Session {
  const caller = { name: null, role: null, scopes, cameras: null };
  const own: Session = { signIn: 'none', caller };
  session.value = own;
  return own;
}

/**
 * The far end of the network: answers by `METHOD /path`, with or without the query, below /api/v1. A number is a status with a problem, or
 * {@link SILENCE}; a function makes the answer from the query; a promise is an answer that comes later.
 *
 * @returns the requests so far
 */
export function answerWith(answers: Record<string, unknown>): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname, search, searchParams } = new URL(request.url);
    const route = `${request.method} ${pathname.replace('/api/v1', '')}`;
    sent.push({ route: route + search, body: await request.text() });
    const given = answers[route + search] ?? answers[route];
    const answer = await (typeof given === 'function' ? given(searchParams) : given);
    if (answer === SILENCE) throw new TypeError('nobody is there');
    const headers = { 'content-type': 'application/json' };
    if (answer === undefined || typeof answer === 'number')
      return new Response('{"detail":"refused by the far end"}', { status: answer ?? 404, headers });
    return new Response(JSON.stringify(answer), { status: 200, headers });
  });
  return sent;
}
