import { decode, encodeStrict } from './address.js';
import { assignedSecrets, opaqueParts, type Span } from './secretSpans.js';

/** Shorter secrets would blank out innocent text. In addresses they are masked by other means. */
const MIN_SECRET_LENGTH = 4;
/** The scheme itself may have been a secret, and be masked by now. */
const WHOLE_ADDRESS = /^(?:[a-z][a-z0-9+.-]*|\*{3}):\/\//i;

/** What is shown in place of a secret. */
export const MASKED = '***';

/** Makes a function that replaces secrets of at least 4 characters, plain or percent-encoded, with ***; the longest first. */
export function secretMasker(secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets.flatMap(formsOf))]
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .sort((a, b) => b.length - a.length);
  return (text) => known.reduce((masked, secret) => masked.replaceAll(secret, MASKED), text);
}

/**
 * Replaces known secrets, passwords in addresses, values of secret keys (`token=...`) and tokens in the paths of addresses
 * with ***. The user's name stays. A login reaches to the last @, because passwords are often not percent-encoded. Takes time
 * linear in the length of the text.
 *
 * @param secrets masked wherever they occur, plain or percent-encoded
 */
export function maskText(text: string, secrets: readonly string[] = []): string {
  return textMasker(secrets)(text);
}

/** {@link maskText} for many texts with the same secrets. */
export function textMasker(secrets: readonly string[]): (text: string) => string {
  const maskKnown = secretMasker(secrets);
  return (text) => {
    const known = maskKnown(text);
    // The password of a value that is nothing but an address may contain anything, even spaces.
    const whole = WHOLE_ADDRESS.test(known) ? maskLogin(known) : known;
    const addresses = whole.replace(/\S+/g, (run) => (run.includes('://') ? maskAddress(run) : run));
    return maskSpans(addresses, assignedSecrets(addresses));
  };
}

/** Reduces every address in a text to scheme, host and port. */
export function stripAddresses(text: string): string {
  return text.replace(/[^\s'"]+/g, (run) => {
    if (!run.includes('://')) return run;
    const start = run.indexOf('://') + 3;
    return run.slice(0, start) + run.slice(Math.max(start, run.lastIndexOf('@') + 1), startOfPath(run));
  });
}

/** Secrets in the path and query of an address: values of secret keys, and what looks like a token. */
export function secretsInPath(address: string): string[] {
  const path = address.slice(startOfPath(address));
  return [...assignedSecrets(path), ...opaqueParts(path)].map(({ start, end }) => path.slice(start, end));
}

/** A password and the credentials of Basic authentication, as they appear in a request and in messages about it. */
export function loginSecrets(user: string, password: string): string[] {
  if (password === '') return [];
  const basic = Buffer.from(`${decode(user)}:${decode(password)}`).toString('base64');
  return [password, decode(password), basic];
}

/** An address without spaces around it, its login and the tokens of its path masked. Paths of files stay. */
function maskAddress(run: string): string {
  const masked = maskLogin(run);
  if (/file:\/\//i.test(masked)) return masked;
  const start = startOfPath(masked);
  const path = masked.slice(start);
  return `${masked.slice(0, start)}${maskSpans(path, opaqueParts(path))}`;
}

function maskLogin(address: string): string {
  const start = address.indexOf('://') + 3;
  const at = address.lastIndexOf('@');
  if (at < start) return address;
  const colon = address.indexOf(':', start);
  const user = colon < 0 || colon > at ? '' : address.slice(start, colon + 1);
  return `${address.slice(0, start)}${user}${MASKED}${address.slice(at)}`;
}

/** Index of the first `/`, `?` or `#` behind scheme, login and host; the length without one. */
function startOfPath(address: string): number {
  const host = Math.max(address.indexOf('://') + 3, address.lastIndexOf('@') + 1);
  const length = address.slice(host).search(/[/?#]/);
  return length < 0 ? address.length : host + length;
}

function maskSpans(text: string, spans: readonly Span[]): string {
  let masked = '';
  let from = 0;
  for (const { start, end } of spans) {
    masked += text.slice(from, start) + MASKED;
    from = end;
  }
  return masked + text.slice(from);
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
