import type { FastifyReply, FastifyRequest } from 'fastify';

/** How long a browser may remember the answer to a preflight, seconds: as long as Chromium does at most. */
const PREFLIGHT_SECONDS = 7200;

/**
 * Lets web pages of other origins read the responses, those whose requests are served at all (CORS), and sends everybody else's browser
 * a policy that keeps the responses, pictures among them, out of foreign pages.
 *
 * @param isAllowed whether pages of an origin may use this server
 * @returns true when the request was a preflight and has been answered
 */
export function shareWithPages(
  { headers, method }: Pick<FastifyRequest, 'headers' | 'method'>,
  reply: FastifyReply,
  isAllowed: (origin: string) => boolean,
): boolean {
  const { origin, referer } = headers;
  // A picture in a page is requested without an origin; only its referrer names the page, and no page can forge that.
  const page = origin ?? originOf(referer);
  const isShared = page !== null && isAllowed(page);
  reply.header('vary', 'Origin, Referer');
  reply.header('cross-origin-resource-policy', isShared ? 'cross-origin' : 'same-origin');
  if (origin === undefined || !isShared) return false;
  reply.header('access-control-allow-origin', origin);
  reply.header('access-control-expose-headers', 'ETag, Retry-After');
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return false;
  reply
    .code(204)
    .header('access-control-allow-methods', 'GET, HEAD, POST, PUT, PATCH, DELETE')
    .header('access-control-allow-headers', 'Authorization, Content-Type, If-None-Match')
    .header('access-control-max-age', String(PREFLIGHT_SECONDS))
    .send();
  return true;
}

function originOf(address: string | undefined): string | null {
  if (address === undefined || !URL.canParse(address)) return null;
  const { protocol, host } = new URL(address);
  return `${protocol}//${host}`;
}
