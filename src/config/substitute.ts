import { type Document, isScalar, visit } from 'yaml';

export interface Substituted {
  /** Start of the scalar in the text, and its path's text: where a value came out of the environment. */
  offsets: Set<number>;
  /** Values that must never be shown. */
  secrets: string[];
  missing: { name: string; offset: number }[];
}

const REFERENCE = /\$(\$?)\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
const SECRET_NAME = /pass|pwd|secret|token|key|cred/i;

/**
 * Replaces `${NAME}` in every string value of a document by the environment's value, in place; `$${NAME}` stands for
 * the text `${NAME}` itself. Keys are left alone. A value is never read as YAML: it stays a string.
 */
export function substituteEnvironment(document: Document, environment: NodeJS.ProcessEnv): Substituted {
  const result: Substituted = { offsets: new Set(), secrets: [], missing: [] };
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || !isScalar(node) || typeof node.value !== 'string' || !node.value.includes('${'))
        return;
      const offset = node.range?.[0] ?? 0;
      node.value = node.value.replace(REFERENCE, (whole, literal: string, name: string) => {
        if (literal) return whole.slice(1);
        const value = environment[name];
        if (value === undefined) {
          result.missing.push({ name, offset });
          return whole;
        }
        result.offsets.add(offset);
        if (SECRET_NAME.test(name) && value !== '') result.secrets.push(value);
        return value;
      });
    },
  });
  return result;
}
