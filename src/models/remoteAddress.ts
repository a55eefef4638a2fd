import { isIP } from 'node:net';
import { decode } from '../core/address.js';
import { SpotterError } from '../core/errors.js';
import { maskText } from '../core/secrets.js';

/** Where something is downloaded from. */
export interface RemoteAddress {
  /** Without its login. */
  url: URL;
  /** Value of the header Authorization; null without a login. */
  authorization: string | null;
  /** For messages, without secrets. */
  shown: string;
}

/**
 * Parses an address to download from. Unencrypted HTTP is refused, except on this machine: others could see the login, and
 * what is downloaded.
 *
 * @throws SpotterError usage; the message contains no secret
 */
export function remoteAddress(text: string): RemoteAddress {
  const shown = maskText(text);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url) throw new SpotterError('usage', `${shown} is not an address; write https://host/folder`);
  if (url.protocol !== 'https:' && !isLocal(url))
    throw new SpotterError(
      'usage',
      `${shown} is not encrypted; use https://, or download the files yourself and give their folder`,
    );
  const { username, password } = url;
  const login = Buffer.from(`${decode(username)}:${decode(password)}`).toString('base64');
  const authorization = username || password ? `Basic ${login}` : null;
  url.username = '';
  url.password = '';
  url.hash = '';
  return { url, authorization, shown };
}

/** The address of a file in the folder that an address names; a query, such as a token, stays. */
export function fileAt({ url, authorization }: RemoteAddress, file: string): RemoteAddress {
  const inner = new URL(url.href);
  inner.pathname = `${url.pathname.replace(/\/+$/, '')}/${encodeURIComponent(file)}`;
  return { url: inner, authorization, shown: maskText(inner.href) };
}

/**
 * Where a redirect leads.
 *
 * @param from the address that answers with it
 * @param location its header Location
 * @returns null when it may not be followed: it is no address, or not encrypted while the first address was
 */
export function redirected(from: RemoteAddress, location: string): RemoteAddress | null {
  if (!URL.canParse(location, from.url.href)) return null;
  const url = new URL(location, from.url);
  const isAllowed = url.protocol === 'https:' || (isLocal(from.url) && isLocal(url));
  if (!isAllowed) return null;
  // A login is for the host that was named.
  const authorization = url.origin === from.url.origin ? from.authorization : null;
  url.username = '';
  url.password = '';
  // Paths and queries of such addresses are often signatures.
  return { url, authorization, shown: url.host };
}

/** Unencrypted, on this machine. */
function isLocal({ protocol, hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  const isLoopback = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  return protocol === 'http:' && isLoopback;
}
