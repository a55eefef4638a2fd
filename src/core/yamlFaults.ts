import { type Document, isCollection, isNode, LineCounter, parseDocument, visit } from 'yaml';
import { visible } from './visible.js';
import { tooDeepAt } from './yamlDepth.js';

/** One wrong character may cause hundreds of faults. */
const MOST_SHOWN = 20;
/** Of the message of one fault, which may quote a value. */
const MOST_CHARACTERS = 500;

const NO_KEY = 'a mapping or a list stands where a key belongs; put a text that begins with { or [ in quotes';
const TOO_DEEP = 'is nested more than 100 levels deep; check the brackets and the indentation';

/** A fault in a YAML text written by a user: what, where, and what to do. */
export interface Fault {
  /** Characters from the start of the text. */
  offset: number;
  /** Path of the key, such as cameras[0].url; empty for a fault of the text itself. */
  path: string;
  message: string;
}

/** Keys and indexes that lead to a value. */
export type Path = readonly PropertyKey[];

/** Parses a YAML text and returns its syntax faults, among them unknown tags and warnings. */
export function parseYaml(text: string): { document: Document; lines: LineCounter; syntax: Fault[] } {
  const lines = new LineCounter();
  const deep = tooDeepAt(text);
  if (deep !== null) {
    const empty = parseDocument('');
    lines.addNewLine(0);
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) lines.addNewLine(end + 1);
    return { document: empty, lines, syntax: [{ offset: deep, path: '', message: TOO_DEEP }] };
  }
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const syntax: Fault[] = [...document.errors, ...document.warnings].map((error) => ({
    offset: error.pos[0],
    path: '',
    message: error.message
      .replace(/\s*\n[\s\S]*$/, '')
      // The text that the parser quotes may be part of a password.
      .replace(/: ".*"$/, '')
      .replace(/Source contains multiple documents.*/, 'a second document begins here; keep one'),
  }));
  visit(document, {
    Pair(_, { key }) {
      if (!isCollection(key)) return;
      syntax.push({ offset: key.range?.[0] ?? 0, path: '', message: NO_KEY });
    },
  });
  return { document, lines, syntax };
}

/**
 * A document as plain data. An empty document is an empty mapping.
 *
 * @throws ReferenceError on an alias without an anchor, or more than 100 aliases
 */
export function toData(document: Document): unknown {
  return document.toJS({ maxAliasCount: 100 }) ?? {};
}

/** The first faults as text, in the order of the file: a header line when there are several, then one line per fault. */
export function formatFaults(file: string, faults: readonly Fault[], lines: LineCounter): string {
  const shown = faultLines(file, faults, lines).map(visible);
  return faults.length === 1
    ? shown[0]
    : [`${visible(file)} has ${faults.length} errors`, ...shown].join('\n');
}

/**
 * One line per fault, in the order of the file: where it is and what is wrong. Behind the first 20, one line with the number of
 * the others. Long lines are cut, so mask secrets first.
 */
export function faultLines(file: string, faults: readonly Fault[], lines: LineCounter): string[] {
  const rest = faults.length - MOST_SHOWN;
  const shown = [...faults]
    .sort((a, b) => a.offset - b.offset)
    .slice(0, MOST_SHOWN)
    .map(({ offset, path, message }) => {
      const { line, col } = lines.linePos(offset);
      return `${file}:${line}:${col}: ${cut(`${path ? `${path}: ` : ''}${message}`)}`;
    });
  return rest > 0 ? [...shown, `${file}: ${rest} more ${rest === 1 ? 'error' : 'errors'}`] : shown;
}

function cut(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}...` : text;
}

/** Offset of the value at a path, or of the nearest parent that exists; undefined for an empty document. */
export function offsetOf(document: Document, path: Path): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return undefined;
}

/** Formats a path, such as cameras[0].url. */
export function formatPath(path: Path): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : `${text}${text ? '.' : ''}${keyName(String(key))}`,
    '',
  );
}

/** Masks a key that contains @ or a colon: part of an address with a badly quoted password may end up as a key. */
function keyName(key: string): string {
  return /[@:]/.test(key) ? '***' : key;
}
