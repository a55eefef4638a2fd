import { isIP } from 'node:net';

/** True for a name or address of this machine itself, brackets and all. */
function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    (isIP(name) === 4 && name.startsWith('127.'))
  );
}

/** The host of a Host header or an authority, without its port; null when there is none. */
function hostName(authority: string | undefined): string | null {
  if (!authority) return null;
  try {
    return new URL(`http://${authority}`).hostname;
  } catch {
    return null;
  }
}

/**
 * Whether a request may be meant for us. A page elsewhere can make a browser resolve its own name to this machine; the
 * Host header then still carries that name.
 *
 * @param listening the address that we listen on
 */
export function isOurHost(header: string | undefined, listening: string): boolean {
  if (!isLoopback(listening)) return true;
  const name = hostName(header);
  return name !== null && (isLoopback(name) || name === listening);
}

/**
 * Whether a page may open a WebSocket: one of ours, one of this machine, or one that the configuration names. Programs
 * send no origin and may.
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
