import { SpotterError } from '../core/errors.js';

/** Most characters in the name of a user or a token. */
const MAX_LENGTH = 64;
const ALLOWED = /^[\p{L}\p{M}\p{N}._@+-]+$/u;

/** The same for every spelling of a name. */
export function keyOf(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

/** @param what such as "user" @throws SpotterError usage */
export function requireName(name: string, what: string): void {
  if (name.length <= MAX_LENGTH && ALLOWED.test(name)) return;
  throw new SpotterError(
    'usage',
    `${JSON.stringify(name.slice(0, MAX_LENGTH))} is not a valid name of a ${what}; use 1 to ${MAX_LENGTH} letters, digits and . _ @ + -`,
  );
}

/** A list as a column holds it; null for all. */
export function listText(list: readonly string[] | null): string | null {
  return list === null ? null : JSON.stringify([...new Set(list)]);
}

/** The list in a column; null for all. One that cannot be read is empty: it permits nothing. */
export function listOf(text: string | null): string[] | null {
  if (text === null) return null;
  try {
    const data: unknown = JSON.parse(text);
    return Array.isArray(data) ? data.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}
