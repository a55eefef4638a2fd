import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { publishedSchemas, SCHEMAS } from '../../src/events/schemas.js';
import { root } from './paths.js';

type Published = Record<string, unknown>;

interface JsonSchema {
  properties?: Record<string, { const?: unknown }>;
  required?: string[];
  oneOf?: JsonSchema[];
}

/** The samples of docs/samples.md, by the kind of event or the type of message. */
export const samples: ReadonlyMap<string, Published> = new Map(
  [...readFileSync(path.join(root, 'docs/samples.md'), 'utf8').matchAll(/```json\n(.*?)```/gs)].map(
    ([, text]) => {
      const sample = JSON.parse(text) as Published;
      return [String(sample.kind ?? sample.type), sample];
    },
  ),
);

/** Fields whose text differs from run to run. */
const CHANGING = new Set([
  'id',
  'track',
  'capturedAt',
  'publishedAt',
  'snapshot',
  'visit',
  'startedAt',
  'endedAt',
  'from',
  'to',
  'epoch',
  'server',
]);

/** Fails unless a published event or message is as its schema says, with no field that the schema does not have. */
export function expectPublished(published: Published): void {
  const { type, ...event } = published;
  const isEvent = 'kind' in published && published.kind !== 'summary';
  const name = (isEvent ? 'event' : (type ?? published.kind)) as keyof typeof SCHEMAS;
  const value = isEvent ? event : published;
  expect(SCHEMAS[name].safeParse(value).error?.issues, JSON.stringify(published)).toBe(undefined);
  const whole = publishedSchemas[name] as JsonSchema;
  const schema = whole.oneOf?.find(({ properties }) => properties?.kind?.const === published.kind) ?? whole;
  expect(Object.keys(schema.properties ?? {})).toEqual(expect.arrayContaining(Object.keys(value)));
}

/** Whether a published event is the sample of its kind again: the same fields, texts and numbers, but for those of the moment. */
export function isLikeSample(event: Published): boolean {
  return isAlike(samples.get(String(event.kind)), event);
}

function isAlike(sample: unknown, real: unknown): boolean {
  if (typeof sample === 'number' && typeof real === 'number')
    return Math.abs(sample - real) <= 0.05 + 0.05 * Math.abs(sample);
  if (typeof sample === 'string' && typeof real === 'string')
    return withoutNumbers(sample) === withoutNumbers(real);
  if (typeof sample !== 'object' || typeof real !== 'object' || sample === null || real === null)
    return sample === real;
  const names = Object.keys(sample);
  if (names.sort().join() !== Object.keys(real).sort().join()) return false;
  return names.every((name) => {
    const [one, other] = [(sample as Published)[name], (real as Published)[name]];
    if (name === 'seq') return true;
    return CHANGING.has(name) ? typeof one === typeof other : isAlike(one, other);
  });
}

function withoutNumbers(text: string): string {
  return text.replace(/\d+(\.\d+)?/g, '0');
}
