/** Name of the cookie. Under TLS, browsers accept the prefix only from this very host, so that no neighbour can plant one. */
const NAME = { plain: 'spotter_session', secure: '__Host-spotter_session' };
const ID = /^[\w-]{43}$/;

/**
 * The id of the session in a Cookie header; null without one, and for two, of which one was planted.
 *
 * @param isSecure whether the connection of the browser has TLS
 */
export function sessionIn(header: string | undefined, isSecure: boolean): string | null {
  const prefix = `${nameOf(isSecure)}=`;
  const found = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(prefix))
    .map((pair) => pair.slice(prefix.length));
  return found.length === 1 && ID.test(found[0]) ? found[0] : null;
}

/** Value of Set-Cookie for a session. @param maxAgeSeconds how long the browser keeps it */
export function cookieFor(id: string, isSecure: boolean, maxAgeSeconds: number): string {
  return [
    `${nameOf(isSecure)}=${id}`,
    'Path=/',
    `Max-Age=${maxAgeSeconds}`,
    'HttpOnly',
    'SameSite=Strict',
    ...(isSecure ? ['Secure'] : []),
  ].join('; ');
}

/** Value of Set-Cookie that removes the cookie. */
export function noCookie(isSecure: boolean): string {
  return cookieFor('', isSecure, 0);
}

function nameOf(isSecure: boolean): string {
  return isSecure ? NAME.secure : NAME.plain;
}
