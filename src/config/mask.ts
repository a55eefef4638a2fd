import { decode, encodeStrict } from '../core/address.js';
import { MASKED, secretMasker } from '../core/secrets.js';

/** Matches a value that is nothing but an address: its password may contain anything, even spaces. */
const WHOLE_ADDRESS = /^([a-z][a-z0-9+.-]*:\/\/)(.*)@/is;
/** The scheme itself may have been a secret, and be masked by now. */
const ADDRESS = /((?:[a-z][a-z0-9+.-]*|\*{3}):\/\/)(\S*)@/gi;
const QUERY_SECRET = /([?&][^=&\s]*(?:pass|pwd|secret|token|key|auth)[^=&\s]*=)[^&#\s]*/gi;

/**
 * Replaces known secrets, passwords in addresses and secret query parameters with ***. The user's name stays. A login
 * reaches to the last @, because passwords are often not percent-encoded.
 *
 * @param secrets masked wherever they occur, plain or percent-encoded
 */
export function maskText(text: string, secrets: readonly string[] = []): string {
  const mask = secretMasker(secrets.flatMap(formsOf));
  const login = (_: string, scheme: string, credentials: string) => `${scheme}${maskLogin(credentials)}@`;
  return mask(text)
    .replace(WHOLE_ADDRESS, login)
    .replace(ADDRESS, login)
    .replace(QUERY_SECRET, `$1${MASKED}`);
}

/** A copy of plain data with every string masked by {@link maskText}. */
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
  return colon < 0 ? MASKED : `${credentials.slice(0, colon)}:${MASKED}`;
}

function formsOf(secret: string): string[] {
  const text = Buffer.from(secret).toString();
  const plain = [...new Set([text, decode(text)])];
  const encoded = plain.flatMap((form) => [encodeURIComponent(form), encodeStrict(form), encodeURI(form)]);
  return [secret, ...plain, ...encoded, ...encoded.map(withSmallHex)];
}

function withSmallHex(encoded: string): string {
  return encoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
}
