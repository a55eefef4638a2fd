import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { Refusal } from './refusal.js';

/** Under which names the server is reached, and which web pages may use it. */
export interface AccessRules {
  /** Name or address that the server listens on. */
  listening: string;
  /** Names from the configuration, in lower case. */
  hosts: readonly string[];
  /** Origins from the configuration, such as https://dash.example. */
  origins: readonly string[];
}

const OTHER_HOST =
  'this host name is not served here; use localhost or the IP address, or add the name to http.allowedHosts';
const OTHER_ORIGIN =
  'pages of this origin are not served here; add it to http.allowedOrigins (a page without an origin, such as file://, never is)';

/** Checks the Host and Origin headers of a request, an upgrade or not. @returns why it is refused; null when it is served */
export function foreignRequest(
  { host, origin }: { host?: string | undefined; origin?: string | undefined },
  { listening, hosts, origins }: AccessRules,
): Refusal | null {
  if (!isOurHost(host, listening, hosts)) return { status: 403, error: OTHER_HOST };
  if (!isAllowedOrigin(origin, host, origins)) return { status: 403, error: OTHER_ORIGIN };
  return null;
}

/** True for a name or address of this machine itself, with or without the brackets of IPv6. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$|^::ffff:/g, '').toLowerCase();
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

/** Suffixes that networks at home give to the names of their machines. No stranger can register a name below them. */
const LOCAL_SUFFIXES = ['local', 'lan', 'home', 'internal', 'home.arpa'];

/** Whether a name cannot belong to a foreign page: an address, a name without a dot, or the name of this machine. */
function isLocalName(name: string): boolean {
  const bare = name.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0 || !name.includes('.')) return true;
  const machine = hostname().toLowerCase();
  return name === machine || LOCAL_SUFFIXES.some((suffix) => name === `${machine}.${suffix}`);
}

/**
 * Whether the Host header of a request names this server. Guards against DNS rebinding: a foreign page can make a browser
 * resolve the page's own name to this machine, but the Host header still carries that name.
 *
 * @param listening the address the server listens on; on loopback only names of loopback are accepted
 * @param allowed names from the configuration, in lower case
 */
export function isOurHost(
  header: string | undefined,
  listening: string,
  allowed: readonly string[] = [],
): boolean {
  const name = hostName(header);
  // Every browser sends the header; some health checks in HTTP/1.0 do not.
  if (name === null) return header === undefined && !isLoopback(listening);
  if (isLoopback(name) || name === listening.toLowerCase() || allowed.includes(name)) return true;
  return !isLoopback(listening) && isLocalName(name);
}

/**
 * Whether a page may send requests: a page of this server, of this machine, or one listed in the configuration.
 * Clients other than browsers send no origin and are allowed. A page without an origin of its own (`null`, `file://`,
 * `data:`) never may.
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
  const url = parseOrigin(origin);
  if (url === null) return false;
  if (allowed.some((entry) => isSame(parseOrigin(entry), url))) return true;
  return /^https?:$/.test(url.protocol) && (isLoopback(url.hostname) || url.host === host);
}

/**
 * Whether a page is of this server itself, or listed in the configuration: other pages of this machine may not act for a user.
 *
 * @param isSecure whether the connection has TLS: a page without it may have been changed on its way
 */
export function isOwnOrigin(
  origin: string,
  host: string | undefined,
  allowed: readonly string[],
  isSecure: boolean,
): boolean {
  const url = parseOrigin(origin);
  if (url === null) return false;
  return (
    ((isSecure ? /^https:$/ : /^https?:$/).test(url.protocol) && url.host === host?.toLowerCase()) ||
    allowed.some((entry) => isSame(parseOrigin(entry), url))
  );
}

/** An origin with a host; null for any other. `URL.origin` is `null` for every scheme that browsers' extensions use. */
function parseOrigin(origin: string): URL | null {
  if (!URL.canParse(origin)) return null;
  const url = new URL(origin);
  return url.host === '' ? null : url;
}

function isSame(one: URL | null, other: URL): boolean {
  return one !== null && one.protocol === other.protocol && one.host === other.host;
}
