import { closest, distance } from 'fastest-levenshtein';
import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import type { z } from 'zod';

/** One thing wrong with a YAML text that users write, where in it, and what to do about it. */
export interface Fault {
  /** Characters from the start of the text. */
  offset: number;
  /** Like cameras[0].url; empty for a fault of the text itself. */
  path: string;
  message: string;
}

export type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** A parsed text, and what is wrong with it as YAML: unknown tags and warnings count as errors. */
export function parseYaml(text: string): { document: Document; lines: LineCounter; syntax: Fault[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const syntax = [...document.errors, ...document.warnings].map((error) => ({
    offset: error.pos[0],
    path: '',
    message: error.message
      .replace(/\s*\n[\s\S]*$/, '')
      // The piece of text that it means may be one of a password.
      .replace(/: ".*"$/, '')
      .replace(/Source contains multiple documents.*/, 'a second document begins here; keep one'),
  }));
  return { document, lines, syntax };
}

/** A document as plain data; one that is empty, or of comments only, is an empty mapping. @throws ReferenceError of aliases without an anchor, or too many */
export function toData(document: Document): unknown {
  return document.contents === null ? {} : document.toJS({ maxAliasCount: 100 });
}

/**
 * The faults of one look at a text; an issue that names several keys becomes several.
 *
 * @param schema JSON Schema of the text, for the keys that it allows
 */
export function faultsOf(issues: readonly Issue[], document: Document, schema: () => SchemaNode): Fault[] {
  return issues.flatMap((issue): Fault[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        offset: keyOffset(document, issue.path, key),
        path: formatPath([...issue.path, key]),
        message: unknownKey(key, issue.path, schema()),
      }));
    }
    if (issue.code === 'invalid_key' || issue.code === 'invalid_element')
      return faultsOf(issue.issues, document, schema);
    return [
      {
        offset: offsetOf(document, issue.path) ?? 0,
        path: formatPath(issue.path),
        message: explain(issue, document),
      },
    ];
  });
}

/** All faults as text, in the order of the file: a head line when there are several, then a line each. */
export function formatFaults(file: string, faults: readonly Fault[], lines: LineCounter): string {
  const shown = faultLines(file, faults, lines);
  return shown.length === 1 ? shown[0] : [`${file} has ${shown.length} errors`, ...shown].join('\n');
}

/** A line a fault, in the order of the file: where it is and what is wrong. */
export function faultLines(file: string, faults: readonly Fault[], lines: LineCounter): string[] {
  return [...faults]
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, path, message }) => {
      const { line, col } = lines.linePos(offset);
      return `${file}:${line}:${col}: ${path ? `${path}: ` : ''}${message}`;
    });
}

/** Start of the value at a path, or of the nearest thing around it that exists. */
export function offsetOf(document: Document, path: Path): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return undefined;
}

function keyOffset(document: Document, path: Path, key: string): number {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  if (isMap(map)) {
    for (const pair of map.items) {
      if (isPair(pair) && isScalar(pair.key) && pair.key.value === key && pair.key.range)
        return pair.key.range[0];
    }
  }
  return offsetOf(document, path) ?? 0;
}

function unknownKey(key: string, path: Path, schema: SchemaNode): string {
  const valid = validKeys(path, schema);
  if (valid.length === 0) return 'unknown key; remove it';
  const guess = closest(key, valid);
  const near = distance(key.toLowerCase(), guess.toLowerCase()) <= Math.max(2, guess.length / 2);
  return near ? `unknown key; did you mean "${guess}"?` : `unknown key; valid here: ${valid.join(', ')}`;
}

/** The part of JSON Schema that tells which keys there are. */
export interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode;
  anyOf?: SchemaNode[];
  oneOf?: SchemaNode[];
}

/** The keys that the schema allows at a path. */
function validKeys(path: Path, schema: SchemaNode): string[] {
  let nodes = [schema];
  for (const key of path) {
    nodes = nodes
      .flatMap(alternatives)
      .flatMap((node) => (typeof key === 'number' ? [node.items] : [node.properties?.[String(key)]]))
      .filter((node) => node !== undefined);
  }
  return [...new Set(nodes.flatMap(alternatives).flatMap((node) => Object.keys(node.properties ?? {})))];
}

function alternatives(node: SchemaNode): SchemaNode[] {
  const choices = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  return choices.length > 0 ? choices.flatMap(alternatives) : [node];
}

function explain(issue: Issue, document: Document): string {
  const node = document.getIn(issue.path, true);
  const missing = issue.path.length > 0 && node === undefined;
  if (issue.code === 'invalid_type') {
    if (missing) return `required, a ${issue.expected}`;
    const hint = issue.expected === 'string' && isScalar(node) ? '; put it in quotes' : '';
    return `must be a ${typeName(issue.expected)}, not ${valueName(node)}${hint}`;
  }
  // A rule with a sentence of its own says more than its code does.
  if (!/^(Too (big|small)|Invalid)/.test(issue.message)) return issue.message;
  const [verb, items] = 'origin' in issue && issue.origin === 'array' ? ['have', ' items'] : ['be', ''];
  if (issue.code === 'too_big') return `must ${verb} at most ${issue.maximum}${items}`;
  if (issue.code === 'too_small') return `must ${verb} at least ${issue.minimum}${items}`;
  if (issue.code === 'not_multiple_of') return `must be a multiple of ${issue.divisor}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  return issue.message.replace(/^Invalid discriminator value\. Expected/, 'must be one of');
}

function typeName(expected: string): string {
  return { int: 'whole number', object: 'mapping', array: 'list', tuple: 'list' }[expected] ?? expected;
}

function valueName(node: unknown): string {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  const value = isScalar(node as Node) ? (node as { value: unknown }).value : node;
  if (value === null || value === undefined) return 'empty';
  if (typeof value !== 'string') return `${value}`;
  return value.includes('://') ? 'an address' : `the text "${value}"`;
}

/** Like cameras[0].url. */
export function formatPath(path: Path): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : `${text}${text ? '.' : ''}${keyName(String(key))}`,
    '',
  );
}

/** An address with a badly quoted password may end up as a key, whole or in part. */
function keyName(key: string): string {
  return /[@:]/.test(key) ? '***' : key;
}
