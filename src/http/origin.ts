import { isIP } from 'node:net';

/** True for a name or address of this machine itself, with or without the brackets of IPv6. */
function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    (isIP(name) === 4 && name.startsWith('127.'))
  );
}

/** The host in a Host header or an authority, without its port; null when there is none. */
function hostName(authority: string | undefined): string | null {
  if (!authority) return null;
  try {
    return new URL(`http://${authority}`).hostname;
  } catch {
    return null;
  }
}

/**
 * Whether the Host header of a request names this server. Guards against DNS rebinding: a foreign page can make a browser
 * resolve the page's own name to this machine, but the Host header still carries that name.
 *
 * @param listening the address the server listens on; only a loopback address restricts the header
 */
export function isOurHost(header: string | undefined, listening: string): boolean {
  if (!isLoopback(listening)) return true;
  const name = hostName(header);
  return name !== null && (isLoopback(name) || name === listening);
}

/**
 * Whether a page may open a WebSocket: a page of this server, of this machine, or one listed in the configuration.
 * Clients other than browsers send no origin and are allowed.
 *
 * @param host the Host header
 * @param allowed origins such as https://dash.example
 */
export function isAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined) return true;
  let url: URL;
  try {
    url = new URL(origin);
  } catch {
    return false;
  }
  const named = allowed.some((entry) => new URL(entry).origin === url.origin);
  return named || isLoopback(url.hostname) || url.host === host;
}
