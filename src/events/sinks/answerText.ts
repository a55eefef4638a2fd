import { MASKED, secretMasker } from '../../core/secrets.js';
import { visible } from '../../core/visible.js';

/** Most characters of an answer that are recorded. */
const MOST = 200;
/** Shorter parts of a path, such as `api`, are no secrets. */
const MIN_PART_LENGTH = 4;

/** Where a request went and what it held that must not be recorded. */
export interface RequestSecrets {
  url: string;
  secret: string | null;
  headers: Readonly<Record<string, string>>;
}

/**
 * Makes a function that shortens what a server has answered for the log: at most 200 characters on one line, control characters
 * visible. The answer may repeat the request, so everything behind the host of the address, the login and the values of headers
 * are masked.
 */
export function answerQuoter(request: RequestSecrets): (text: string) => string {
  const secrets = partsOf(request);
  const mask = secretMasker([
    ...secrets,
    ...secrets.map((part) => part.toLowerCase()),
    ...secrets.map((part) => part.toUpperCase()),
  ]);
  const longest = Math.max(0, ...secrets.map(({ length }) => length));
  return (text) => {
    const masked = mask(text.trim());
    // What was cut off may have begun in a secret.
    const end = isCut(text) ? Math.max(0, masked.length - longest) : masked.length;
    const shown = visible(masked.slice(0, end));
    return shown.length > MOST ? `${shown.slice(0, MOST - 1)}…` : shown;
  };
}

/** Most bytes of an answer that are read for the log. */
export const MOST_READ_BYTES = 4096;

function isCut(text: string): boolean {
  return Buffer.byteLength(text) >= MOST_READ_BYTES;
}

function partsOf({ url, secret, headers }: RequestSecrets): string[] {
  const { pathname, search, username, password } = new URL(url);
  const segments = pathname.split('/').flatMap((segment) => [segment, ...segment.split(/[:.]/)]);
  const query = [...new URLSearchParams(search).values()];
  const login = [password, Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')];
  const values = Object.values(headers).flatMap((value) => [value, ...value.split(' ')]);
  const all = [pathname, search, secret ?? '', ...segments, ...query, ...(password ? login : []), ...values];
  return [...new Set(all.flatMap((part) => [part, decoded(part)]))].filter(
    (part) => part.length >= MIN_PART_LENGTH && part !== MASKED,
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
