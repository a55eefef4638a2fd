import { type Document, isMap, isPair, isScalar, isSeq, type Node } from 'yaml';
import type { z } from 'zod';
import { meantOrListed } from './nearest.js';
import { type Fault, formatPath, nodeAt, offsetOf, type Path } from './yamlFaults.js';

/** A fault as zod reports it. */
export type Issue = z.core.$ZodIssue;
/**
 * Schema issues as faults with a position in the text. An issue that names several keys becomes several faults.
 *
 * @param schema JSON Schema of the text, for the keys it allows
 */
export function faultsOf(issues: readonly Issue[], document: Document, schema: () => SchemaNode): Fault[] {
  return narrowest(plainIssues(issues)).flatMap((issue): Fault[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        offset: keyOffset(document, issue.path, key),
        path: formatPath([...issue.path, key]),
        message: unknownKey(key, issue.path, schema()),
      }));
    }
    if (issue.code === 'invalid_key') {
      const [parent, key] = [issue.path.slice(0, -1), String(issue.path.at(-1))];
      return issue.issues.map((own) => ({
        offset: keyOffset(document, parent, key),
        path: formatPath(issue.path),
        message: describeIssue(own, nodeAt(document, own.path)),
      }));
    }
    return [
      {
        offset: offsetOf(document, issue.path) ?? 0,
        path: formatPath(issue.path),
        message: explain(issue, document, schema),
      },
    ];
  });
}

/** Issues of a value that may have one of several forms, as those of the form that it has, or else of the first. */
export function plainIssues(issues: readonly Issue[]): Issue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union') return [issue];
    const isOtherType = ({ code, path }: Issue) => code === 'invalid_type' && path.length === 0;
    const form = issue.errors.find((own) => !own.some(isOtherType)) ?? issue.errors[0];
    if (!form) return [issue];
    return plainIssues(form.map((own) => ({ ...own, path: [...issue.path, ...own.path] })));
  });
}

/**
 * Of several limits that a number exceeds, only the one that the schema sets: a whole number has one of its own. Of a value of another type, only
 * that: a text is also longer than a list may be.
 */
function narrowest(issues: readonly Issue[]): Issue[] {
  const isOfType = (issue: Issue) => issue.code === 'too_big' && issue.maximum === Number.MAX_SAFE_INTEGER;
  const isLimit = ({ code }: Issue) => code === 'too_big' || code === 'too_small';
  const byPlace = new Map<string, Issue[]>();
  for (const issue of issues) {
    const place = formatPath(issue.path);
    const there = byPlace.get(place);
    if (there) there.push(issue);
    else byPlace.set(place, [issue]);
  }
  return issues.filter((issue) => {
    const others = (byPlace.get(formatPath(issue.path)) ?? []).filter((other) => other !== issue);
    const isOtherType = others.some(({ code }) => code === 'invalid_type');
    const hasLimit = others.some((other) => other.code === 'too_big' && !isOfType(other));
    return !(isLimit(issue) && isOtherType) && !(isOfType(issue) && hasLimit);
  });
}

function keyOffset(document: Document, path: Path, key: string): number {
  const map = nodeAt(document, path);
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
  return `unknown key; ${meantOrListed(key, valid)}`;
}

/** The part of JSON Schema that lists the keys. */
export interface SchemaNode {
  type?: string;
  properties?: Record<string, SchemaNode>;
  required?: string[];
  items?: SchemaNode;
  anyOf?: SchemaNode[];
  oneOf?: SchemaNode[];
}

/** The keys that the schema allows at a path. */
function validKeys(path: Path, schema: SchemaNode): string[] {
  return [...new Set(nodesAt(path, schema).flatMap((node) => Object.keys(node.properties ?? {})))];
}

/** What the schema says of a path: each form that the value may have. */
function nodesAt(path: Path, schema: SchemaNode): SchemaNode[] {
  return path.reduce<SchemaNode[]>(
    (nodes, key) =>
      nodes
        .map((node) => (typeof key === 'number' ? node.items : node.properties?.[String(key)]))
        .filter((node) => node !== undefined)
        .flatMap(alternatives),
    alternatives(schema),
  );
}

function alternatives(node: SchemaNode): SchemaNode[] {
  const choices = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  return choices.length > 0 ? choices.flatMap(alternatives) : [node];
}

function explain(issue: Issue, document: Document, schema: () => SchemaNode): string {
  const node = nodeAt(document, issue.path);
  const isEmpty = isScalar(node) && node.value === null && issue.path.length > 0;
  if (!isEmpty || (issue.code !== 'invalid_type' && issue.code !== 'invalid_value'))
    return describeIssue(issue, node);
  const wanted =
    issue.code === 'invalid_type' ? `a ${typeName(issue.expected)}` : `one of ${issue.values.join(', ')}`;
  return `must be ${wanted}, not empty; give one${otherwise(issue.path, schema())}`;
}

/** What else to do about an empty value. */
function otherwise(path: Path, schema: SchemaNode): string {
  const key = path.at(-1);
  const holders = nodesAt(path.slice(0, -1), schema);
  if (holders.some(({ required = [] }) => required.includes(String(key)))) return '';
  // An item of a list, or of a mapping whose keys are free, has no default.
  return holders.some(({ properties = {} }) => Object.hasOwn(properties, String(key)))
    ? ', or remove the key to use its default'
    : ', or remove it';
}

/**
 * A fault in words that follow the name of the value.
 *
 * @param node the value, or its node in a YAML document
 * @param nameOf how a value of another type is called; by default a single value by what it is
 */
export function describeIssue(issue: Issue, node: unknown, nameOf = valueName): string {
  const missing = issue.path.length > 0 && node === undefined;
  if (issue.code === 'invalid_type') {
    if (missing) return `required, a ${typeName(issue.expected)}`;
    const hint = issue.expected === 'string' && isScalar(node) ? '; put it in quotes' : '';
    return `must be a ${typeName(issue.expected)}, not ${nameOf(node)}${hint}`;
  }
  // A message that the schema sets itself is better than a generic one.
  if (!/^(Too (big|small)|Invalid)/.test(issue.message)) return issue.message;
  const [verb, items] = countOf(issue);
  if (issue.code === 'too_big') return `must ${verb} at most ${issue.maximum}${items}`;
  if (issue.code === 'too_small') return `must ${verb} at least ${issue.minimum}${items}`;
  if (issue.code === 'not_multiple_of') return `must be a multiple of ${issue.divisor}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  return issue.message.replace(/^Invalid discriminator value\. Expected/, 'must be one of');
}

/** How a limit of a list, a text or a number is put into words. */
function countOf(issue: Issue): [verb: string, items: string] {
  const origin = 'origin' in issue ? issue.origin : '';
  const limit = 'maximum' in issue ? issue.maximum : 'minimum' in issue ? issue.minimum : 0;
  const plural = Number(limit) === 1 ? '' : 's';
  if (origin === 'array') return ['have', ` item${plural}`];
  return origin === 'string' ? ['have', ` character${plural}`] : ['be', ''];
}

function typeName(expected: string): string {
  return (
    { int: 'whole number', object: 'mapping', array: 'list', tuple: 'list', record: 'mapping' }[expected] ??
    expected
  );
}

function valueName(node: unknown): string {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  const value = isScalar(node as Node) ? (node as { value: unknown }).value : node;
  if (value === null || value === undefined) return 'empty';
  if (typeof value !== 'string') return `${value}`;
  return value.includes('://') ? 'an address' : `the text "${value}"`;
}
