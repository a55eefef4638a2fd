import { closeSync, openSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Document, isScalar, visit } from 'yaml';
import { hasErrno } from '../core/errors.js';
import { isSecretKey } from '../core/secretSpans.js';

/** Result of {@link substitute}. */
export interface Substituted {
  /** Where in the text the scalars start that took a value from the environment or a file. */
  offsets: Set<number>;
  /** Values that must never be shown. */
  secrets: string[];
  /** References that could not be resolved, each with a message. */
  missing: { offset: number; reference: string; message: string }[];
}

const REFERENCE = /\$(\$?)\{(?:([A-Za-z_][A-Za-z0-9_]*)|file:([^}]*))\}/g;
const MAX_SECRET_BYTES = 64 * 1024;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Replaces `${NAME}` with the value of the environment variable and `${file:/run/secrets/x}` with the content of that
 * file, in place and in every string value of a document. `$${NAME}` stands for the text `${NAME}` itself. Keys stay as
 * they are. The inserted text is never parsed as YAML: it stays a string.
 *
 * @param folder base of relative file paths
 */
export function substitute(document: Document, environment: NodeJS.ProcessEnv, folder: string): Substituted {
  const result: Substituted = { offsets: new Set(), secrets: [], missing: [] };
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || !isScalar(node) || typeof node.value !== 'string' || !node.value.includes('${'))
        return;
      const offset = node.range?.[0] ?? 0;
      // Behind the last brace there is no reference, and each `${file:` would be compared with all of the rest.
      const end = node.value.lastIndexOf('}') + 1;
      const replaced = node.value
        .slice(0, end)
        .replace(REFERENCE, (whole, literal: string, name: string | undefined, file: string | undefined) => {
          if (literal) return whole.slice(1);
          const found =
            name === undefined
              ? fromFile(path.resolve(folder, file ?? ''))
              : fromEnvironment(name, environment);
          if ('message' in found) {
            result.missing.push({ offset, reference: whole, message: found.message });
            return whole;
          }
          result.offsets.add(offset);
          if (found.isSecret && found.text !== '') result.secrets.push(found.text);
          return found.text;
        });
      node.value = replaced + node.value.slice(end);
    },
  });
  return result;
}

type Found = { text: string; isSecret: boolean } | { message: string };

function fromEnvironment(name: string, environment: NodeJS.ProcessEnv): Found {
  const text = environment[name];
  if (text !== undefined) return { text, isSecret: isSecretKey(name) };
  return {
    message: `environment variable ${name} is not set; set it, or write $\${${name}} for the text itself`,
  };
}

/** The text of a file without its last line break, which editors add. */
function fromFile(file: string): Found {
  let bytes: Buffer;
  try {
    // A device or a pipe has no size, and may never end.
    if (!statSync(file).isFile())
      return { message: `${file} is not a regular file; give the path of a regular file` };
    bytes = readAtMost(file, MAX_SECRET_BYTES + 1);
  } catch (error) {
    const [why, remedy] = hasErrno(error, 'ENOENT')
      ? ['does not exist', 'create it']
      : ['cannot be read', 'make it readable'];
    return { message: `the file ${file} ${why}; ${remedy}, or write $\${file:...} for the text itself` };
  }
  if (bytes.length > MAX_SECRET_BYTES)
    return { message: `${file} is larger than 64 KiB; give a file that holds only the secret` };
  try {
    return { text: UTF8.decode(bytes).replace(/\r?\n$/, ''), isSecret: true };
  } catch {
    return { message: `${file} is not UTF-8 text; save it as UTF-8` };
  }
}

function readAtMost(file: string, most: number): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(most);
    let length = 0;
    for (let read = -1; read !== 0 && length < most; length += read)
      read = readSync(descriptor, bytes, length, most - length, null);
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}
