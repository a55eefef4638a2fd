/** Characters that a terminal obeys, or that show text in another order or on another line. Joiners, which names need, are not. */
const OBEYED = /[\p{Cc}\u2028\u2029\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;
/** What JSON leaves as it is of them. */
const LEFT_BY_JSON = /[\x7f-\x9f\u2028\u2029\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text of others (names of files and people, answers of servers) for a terminal or a line of a report: escapes, line breaks and
 * marks of direction are written as `\x1b`, `\n` or `\u202e`. Everything printed for people passes through here once.
 */
export function visible(text: string): string {
  return text.replace(OBEYED, (sign) => SHORT[sign] ?? escaped(sign, sign < '\x7f'));
}

/** A value as one line of JSON that a terminal shows as it is. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(LEFT_BY_JSON, (sign) => escaped(sign, false));
}

function escaped(sign: string, isShort: boolean): string {
  const code = sign.charCodeAt(0).toString(16);
  return isShort ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
}
