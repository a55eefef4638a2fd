/** Shorter secrets would blank out innocent text. In addresses they are masked by other means. */
const MIN_SECRET_LENGTH = 4;

/** What is shown in place of a secret. */
export const MASKED = '***';

/** Makes a function that replaces secrets of at least 4 characters with ***, the longest first. */
export function secretMasker(secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets)]
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .sort((a, b) => b.length - a.length);
  return (text) => known.reduce((masked, secret) => masked.replaceAll(secret, MASKED), text);
}
