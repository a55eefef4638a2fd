import { vi } from 'vitest';
import type { Session } from '../../src/dashboard/api/model.js';
import { session } from '../../src/dashboard/state/ownSession.js';

/** A request that the page sent. */
export interface Sent {
  /** `POST /people/alice/photos?face=door-1`. */
  route: string;
  body: string | null;
}

const SCOPES = [
  'events:read',
  'cameras:read',
  'people:read',
  'people:write',
  'service:read',
  'service:write',
];

/** Signs somebody in. */
export function signedIn(scopes: string[] = SCOPES): Session {
  const caller = { name: null, role: null, scopes, cameras: null };
  session.value = { signIn: 'none', caller };
  return session.value;
}

/**
 * The far end of the network: answers by `METHOD /path`, below /api/v1; a number is a status with a problem.
 *
 * @returns the requests so far
 */
export function answerWith(answers: Record<string, unknown>): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal('fetch', async (url: URL, { method, body }: RequestInit) => {
    const path = url.pathname.replace('/api/v1', '');
    sent.push({ route: `${method} ${path}${url.search}`, body: typeof body === 'string' ? body : null });
    const answer = answers[`${method} ${path}`];
    if (answer === undefined || typeof answer === 'number')
      return new Response(JSON.stringify({ detail: 'refused by the far end' }), { status: answer ?? 404 });
    return new Response(JSON.stringify(answer), { status: 200 });
  });
  return sent;
}
