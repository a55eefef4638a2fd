import { MASKED, secretMasker } from '../core/secrets.js';

/** A `${...}` reference. */
const REFERENCE = /(\$?\$\{[^}]*\})/;
/** What separates the words of addresses and headers; it is no secret itself. */
const WORD = /[^\s/?&=#:@]+/g;
/** Words in the paths of chat services that everybody has in common. */
const PUBLIC_WORDS = new Set(
  'api bot hook hooks json message messages push send sendMessage services v1 v2 webhook webhooks'.split(' '),
);

/** Whether a value of the configuration file refers to a variable or a file. */
export function hasReference(written: string): boolean {
  return REFERENCE.test(written);
}

/**
 * Masks what is secret in a value beside its references, which stay: of a secret that a reference is only a part of, the rest
 * (`literal-${A}`), and the words of addresses.
 *
 * @param written the value as it is in the file
 * @param resolved the same with the references replaced
 * @param secrets values that are never shown, whole
 */
export function maskBesideReferences(written: string, resolved: string, secrets: readonly string[]): string {
  const parts = written.split(REFERENCE);
  const pattern = parts.map((part, index) => (index % 2 === 0 ? `(${escaped(part)})` : '([\\s\\S]*?)'));
  const places = new RegExp(`^${pattern.join('')}$`, 'd').exec(resolved)?.indices;
  const spans = secrets.flatMap((secret) => occurrences(resolved, secret));
  const maskKnown = secretMasker(secrets);
  return parts
    .map((part, index) => {
      if (index % 2 === 1) return part;
      const [from] = places?.[index + 1] ?? [];
      const isSecret = (start: number, end: number) =>
        from === undefined || spans.some((span) => span.start < from + end && from + start < span.end);
      return maskKnown(
        part.replace(WORD, (word, start: number) =>
          !PUBLIC_WORDS.has(word) && isSecret(start, start + word.length) ? MASKED : word,
        ),
      );
    })
    .join('');
}

/** Of a secret with spaces, such as `Bearer abc`, its words are secrets of their own. */
function occurrences(text: string, secret: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  if (secret.length < 4 || /\s/.test(secret)) return found;
  for (let start = text.indexOf(secret); start >= 0; start = text.indexOf(secret, start + 1))
    found.push({ start, end: start + secret.length });
  return found;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
