import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { faultsOfRequest } from '../../src/http/inputFaults.js';

/** The faults of a body for a schema with every kind of value. */
function faultsOf(body: unknown): string[] {
  const schema = z.strictObject({ name: z.number(), cameras: z.array(z.string().max(5)), on: z.boolean() });
  const routeOptions = { schema: { body: schema } } as unknown as Parameters<
    typeof faultsOfRequest
  >[0]['routeOptions'];
  return faultsOfRequest({ params: {}, body, query: {}, routeOptions }, 'body');
}

describe('faultsOfRequest', () => {
  it.each([
    [
      { name: 'hunter2', cameras: 'hunter2', on: 'hunter2' },
      ['number, not text', 'list, not text', 'boolean, not text'],
    ],
    [{ name: ['hunter2'], cameras: ['hunter2'], on: 4711 }, ['not a list', 'at most 5', 'not a number']],
    [{ name: { a: 'hunter2' }, cameras: [4711], on: null }, ['not an object', 'not a number', 'not empty']],
    [{ cameras: [], on: true }, ['"name" is missing; give a number']],
    [['hunter2'], ['the body must be an object, not a list']],
    ['hunter2', ['the body must be an object, not text']],
  ])('says what is wrong with a body, and repeats nothing of it: %j', (body, sentences) => {
    const faults = faultsOf(body);
    expect(faults).toEqual(sentences.map((sentence) => expect.stringContaining(sentence)));
    expect(faults.join()).not.toMatch(/hunter2|4711/);
  });
});
