import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { meantOrListed } from '../core/nearest.js';
import { describeIssue, type Issue, plainIssues } from '../core/schemaFaults.js';
import { formatPath } from '../core/yamlFaults.js';
import { quote } from './parameters.js';

/** The parts of a request that a route's schema may describe, in the order in which fastify checks them. */
const PARTS = ['params', 'body', 'querystring'] as const;
type Part = (typeof PARTS)[number];

/**
 * Every fault of a request whose parameters or body are not valid, one sentence each: those of the query first.
 *
 * @param first the part that fastify found invalid; those before it are valid, and are not as they were given any more
 */
export function faultsOfRequest(
  { params, body, query, routeOptions }: Pick<FastifyRequest, 'params' | 'body' | 'query' | 'routeOptions'>,
  first: string | undefined,
): string[] {
  const given = { params, body, querystring: query };
  const unchecked = PARTS.slice((PARTS as readonly (string | undefined)[]).indexOf(first));
  return unchecked.toReversed().flatMap((part) => {
    const schema = routeOptions.schema?.[part];
    return schema instanceof z.ZodType ? faultsOf(schema, given[part], part) : [];
  });
}

function faultsOf(schema: z.ZodType, given: unknown, part: Part): string[] {
  const parsed = schema.safeParse(given);
  if (parsed.success) return [];
  // One per name: a list has a fault per entry.
  const faults = new Map<string, string>();
  const add = (name: string, sentence: string) => {
    if (!faults.has(name)) faults.set(name, sentence);
  };
  for (const issue of plainIssues(parsed.error.issues)) {
    if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys) add(key, unknownName(key, part, knownNames(schema, issue)));
    else {
      const sentence = sentenceOf(issue, given, part);
      add(issue.path.length === 0 ? sentence : nameOf(issue, part), sentence);
    }
  }
  return [...faults.values()];
}

/** A fault of what a client sends as JSON, in one sentence that repeats none of its values. @param whole what it is called */
export function bodyFault(issue: Issue, given: unknown, whole: string): string {
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)?.[key], given);
  if (issue.path.length === 0) return `${whole} ${faultOf(issue, value)}`;
  const name = formatPath(issue.path);
  // In quotes where nothing else in the sentence tells that it is a name: there is a field called "not".
  return `${issue.code === 'invalid_type' ? JSON.stringify(name) : name} ${faultOf(issue, value)}`;
}

function faultOf(issue: Issue, value: unknown): string {
  if (issue.code === 'unrecognized_keys') return `has ${quote(issue.keys[0])}, which is not a field here`;
  return describeIssue(issue, value, kindOf)
    .replace(/^required, /, 'is missing; give ')
    .replace(/^(must be|is missing; give) a mapping/, '$1 an object');
}

function sentenceOf(issue: Issue, given: unknown, part: Part): string {
  if (part === 'body') return bodyFault(issue, given, 'the body');
  // A number in the path has its name in the sentence.
  return part === 'params' || issue.path.length === 0
    ? issue.message
    : `${nameOf(issue, part)} ${issue.message}`;
}

/** What a value of a body is, without its content, which may be a secret. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return (
    { object: 'an object', boolean: 'true or false', string: 'text' }[typeof value as string] ?? 'a number'
  );
}

/** The name of what is wrong: of a parameter as a whole, of a value within the body. */
function nameOf({ path }: Issue, part: Part): string {
  return part === 'body' ? formatPath(path) : String(path[0]);
}

function unknownName(key: string, part: Part, known: readonly string[]): string {
  if (part === 'body') return `${quote(key)} is not a field here; ${meantOrListed(key, known)}`;
  if (known.length === 0) return `${quote(key)} is not a parameter here; it takes none`;
  return `${quote(key)} is not a parameter here; valid are ${known.join(', ')}`;
}

/** The names that are valid where an unknown one is. */
function knownNames(schema: z.ZodType, { path }: Issue): string[] {
  let at: unknown = schema;
  for (const key of path) at = unwrapped(at) instanceof z.ZodObject ? shapeOf(at)[String(key)] : undefined;
  return Object.keys(shapeOf(at));
}

function shapeOf(schema: unknown): Record<string, unknown> {
  const object = unwrapped(schema);
  return object instanceof z.ZodObject ? object.shape : {};
}

/** The schema of what is given, below transforms and defaults. */
function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return unwrapped(schema.unwrap());
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
    ? unwrapped(schema.unwrap())
    : schema;
}
