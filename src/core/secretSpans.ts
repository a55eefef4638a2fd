/** Where secrets stand in a text. Every function here takes time linear in the length of its input. */

/** Part of a text: `start` inclusive, `end` exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** A key with one of these anywhere in it, such as `loginPassword`, has a secret value; the name of an `author` has none. */
const SECRET_PARTS = /pass|pwd|psw|secret|token|key|auth(?!or(?!i))|cred|signature/;
/** A key whose last word is one of these, such as `x-sig`, has a secret value. */
const SECRET_WORDS = new Set(
  'code hash hmac jwt k loginpas nonce otp pas pin psk pw response sas session sid sig ticket'.split(' '),
);
const MAX_KEY_LENGTH = 64;
/** In the form `user=a_password=b_channel=1`, the value of the password ends before one of these. */
const NEXT_FIELDS = ['_channel=', '_stream=', '_user='];
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** Whether a key of a query, a form or an environment names a secret, such as `loginpas`, `access_token` or `sig`. */
export function isSecretKey(key: string): boolean {
  const name = key.toLowerCase();
  const [last] = name.split(/[^a-z0-9]/).slice(-1);
  return SECRET_PARTS.test(name) || SECRET_WORDS.has(last);
}

/** The values of secret keys in a text with `key=value`, whatever separates the pairs. */
export function assignedSecrets(text: string): Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (let equals = text.indexOf('='); equals >= 0; equals = text.indexOf('=', from)) {
    const key = keyBefore(text, equals, from);
    from = equals + 1;
    if (!isSecretKey(key)) continue;
    const end = endOfValue(text, from);
    if (end > from) spans.push({ start: from, end });
    from = end;
  }
  return spans;
}

/** The values of secret keys in JSON, such as that of `"token": "x"`, without their quotes. */
export function quotedSecrets(json: string): Span[] {
  return [...json.matchAll(/"((?:[^"\\]|\\.){1,64})"\s{0,9}:\s{0,9}"((?:[^"\\]|\\.)+)"/g)]
    .filter(([, key]) => isSecretKey(key))
    .map(({ 0: { length }, 2: value, index }) => {
      const end = index + length - 1;
      return { start: end - value.length, end };
    });
}

/** The parts of a path and query that look like tokens: random letters and digits, or a UUID. */
export function opaqueParts(path: string): Span[] {
  return [...path.matchAll(/[^/?&=#\s]+/g)]
    .filter(([part]) => UUID.test(part) || part.split(/[^A-Za-z0-9]/).some(isOpaque))
    .map(({ 0: part, index }) => ({ start: index, end: index + part.length }));
}

function keyBefore(text: string, end: number, from: number): string {
  let start = end;
  while (start > from && end - start < MAX_KEY_LENGTH && /[\w.-]/.test(text[start - 1])) start--;
  return text.slice(start, end);
}

function endOfValue(text: string, start: number): number {
  const quote = text[start];
  if (quote === '"' || quote === "'") {
    const closing = text.indexOf(quote, start + 1);
    if (closing >= 0) return closing + 1;
  }
  let end = start;
  while (end < text.length && !/[\s&#]/.test(text[end])) {
    if (text[end] === '_' && NEXT_FIELDS.some((field) => text.startsWith(field, end))) break;
    end++;
  }
  return end;
}

/** Words, in camel case and with a number behind them, are not opaque, however long; `videoMain2` is one. */
function isOpaque(part: string): boolean {
  if (part.length < 12) return false;
  const isWords = /^(?:[A-Z]+|[a-z]*(?:[A-Z][a-z]{2,})*)\d*$/.test(part);
  return !isWords || part.length >= 24;
}
