import {
  type Alias,
  type Document,
  type ErrorCode,
  isAlias,
  isCollection,
  isNode,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { describeError } from './errors.js';
import { visible } from './visible.js';
import { tooDeepAt } from './yamlDepth.js';

/** One wrong character may cause hundreds of faults. */
const MOST_SHOWN = 20;
/** Of the message of one fault, which may quote a value. */
const MOST_CHARACTERS = 500;

const NO_KEY = 'a mapping or a list stands where a key belongs; put a text that begins with { or [ in quotes';
/** What to do about what the parser reports, by its code. */
const REMEDIES: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: 'put a text that begins with * in quotes',
  BAD_DQ_ESCAPE: 'write two backslashes for one, or use single quotes',
  BAD_INDENT: 'check brackets and indentation',
  BAD_SCALAR_START: 'put the value in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'put a value with a colon in quotes, or check the indentation',
  DUPLICATE_KEY: 'remove one of the two',
  TAB_AS_INDENT: 'use spaces',
  TAG_RESOLVE_FAILED: 'put a text that begins with ! in quotes',
};
const UNRESOLVED = `Unresolved alias; ${REMEDIES.BAD_ALIAS}, or set the anchor before it`;
const REMEDY = 'check quotes, brackets and indentation';
const EXCESSIVE = 'Excessive alias count; write out what the aliases stand for';
/** The parser goes through the whole document for each. */
const MOST_ALIASES = 1000;
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
    message:
      error.code === 'MULTIPLE_DOCS'
        ? 'a second document begins here; keep one'
        : `${reasonOf(error)}; ${REMEDIES[error.code] ?? REMEDY}`,
  }));
  visit(document, {
    Pair(_, { key }) {
      if (!isCollection(key)) return;
      syntax.push({ offset: key.range?.[0] ?? 0, path: '', message: NO_KEY });
    },
    Alias(_, alias) {
      if (targetsOf(document).has(alias)) return;
      syntax.push({ offset: alias.range?.[0] ?? 0, path: '', message: UNRESOLVED });
    },
  });
  return { document, lines, syntax };
}

function reasonOf({ message }: YAMLError): string {
  // The text that the parser quotes may be part of a password.
  return message.replace(/\s*\n[\s\S]*$/, '').replace(/: ".*"$/, '');
}

/**
 * A document as plain data. An empty document is an empty mapping.
 *
 * @throws ReferenceError on an alias without an anchor, more than 1000 aliases, or one that stands for too much
 */
export function toData(document: Document): unknown {
  if (targetsOf(document).size > MOST_ALIASES) throw new ReferenceError(EXCESSIVE);
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (cause) {
    const isMissing = describeError(cause).startsWith('Unresolved alias');
    throw new ReferenceError(isMissing ? UNRESOLVED : EXCESSIVE, { cause });
  }
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

/** The node of the value at a path, and not an alias of it; undefined where there is none. */
export function nodeAt(document: Document, path: Path): unknown {
  const resolved = (node: unknown) => (isAlias(node) ? targetsOf(document).get(node) : node);
  return path.reduce<unknown>(
    (node, key) => (isCollection(node) ? resolved(node.get(key, true)) : undefined),
    document.contents,
  );
}

const targets = new WeakMap<Document, ReadonlyMap<Alias, Node>>();

/** What each alias stands for; found at once, as the parser searches the whole document for each. */
function targetsOf(document: Document): ReadonlyMap<Alias, Node> {
  const known = targets.get(document);
  if (known) return known;
  const anchors = new Map<string, Node>();
  const found = new Map<Alias, Node>();
  visit(document, {
    Value(_, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
    Alias(_, alias) {
      const target = anchors.get(alias.source);
      if (target) found.set(alias, target);
    },
  });
  targets.set(document, found);
  return found;
}

/** Offset of the value at a path, or of the nearest parent that exists; undefined for an empty document. */
export function offsetOf(document: Document, path: Path): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node = nodeAt(document, path.slice(0, length));
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
