import { decode } from '../core/address.js';

const SHOWN = '***';
/** Shorter ones would blank out innocent text; in addresses they are masked all the same. */
const MIN_SECRET_LENGTH = 4;
/** A value that is an address as a whole may have anything in its password, spaces among it. */
const WHOLE_ADDRESS = /^([a-z][a-z0-9+.-]*:\/\/)(.*)@/is;
/** The scheme may be a secret's own text, masked already. */
const ADDRESS = /((?:[a-z][a-z0-9+.-]*|\*{3}):\/\/)(\S*)@/gi;
const QUERY_SECRET = /([?&][^=&\s]*(?:pass|pwd|secret|token|key|auth)[^=&\s]*=)[^&#\s]*/gi;

/**
 * A text with known secrets, the logins of addresses and secret query parameters replaced by ***. Of a login the user's
 * name stays; everything up to the last @ belongs to it, as passwords are often not percent-encoded.
 *
 * @param secrets masked in every way they may be written, wherever they are
 */
export function maskText(text: string, secrets: readonly string[] = []): string {
  const known = [...new Set(secrets.flatMap(formsOf))]
    .filter((form) => form.length >= MIN_SECRET_LENGTH)
    .sort((a, b) => b.length - a.length);
  const login = (_: string, scheme: string, credentials: string) => `${scheme}${maskLogin(credentials)}@`;
  return known
    .reduce((masked, form) => masked.split(form).join(SHOWN), text)
    .replace(WHOLE_ADDRESS, login)
    .replace(ADDRESS, login)
    .replace(QUERY_SECRET, `$1${SHOWN}`);
}

/** A copy of a value of plain data, every string in it masked. */
export function maskDeep<T>(value: T, secrets: readonly string[]): T {
  if (typeof value === 'string') return maskText(value, secrets) as T;
  if (Array.isArray(value)) return value.map((item) => maskDeep(item, secrets)) as T;
  if (value && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, maskDeep(item, secrets)]),
    ) as T;
  }
  return value;
}

function maskLogin(credentials: string): string {
  const colon = credentials.indexOf(':');
  return colon < 0 ? SHOWN : `${credentials.slice(0, colon)}:${SHOWN}`;
}

function formsOf(secret: string): string[] {
  const text = Buffer.from(secret).toString();
  const plain = [...new Set([text, decode(text)])];
  const encoded = plain.flatMap((form) => [encodeURIComponent(form), encodeAll(form), encodeURI(form)]);
  return [secret, ...plain, ...encoded, ...encoded.map(withSmallHex)];
}

/** As strict encoders do: these five as well. */
function encodeAll(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function withSmallHex(encoded: string): string {
  return encoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
}
