import { describe, expect, it } from 'vitest';
import { viewsOf } from '../../src/http/api.js';
import { firstOf, nextAddress } from '../../src/http/paging.js';
import { httpServer } from '../helpers/http.js';
import { openLog, pending } from '../helpers/log.js';

describe('lists', () => {
  it('are empty beyond their end, and have no next page', async () => {
    const { log } = await openLog();
    log.append(pending([{}, {}]));
    const visits = async () => ({ visits: [], before: null });
    const { address } = await httpServer({ api: viewsOf(log, () => []), visits });
    for (const [path, member] of [
      ['events?before=1', 'events'],
      ['events?after=2', 'events'],
      ['events?after=999999999999999', 'events'],
      ['events?before=9007199254740991&limit=2', null],
      ['events?from=2999-01-01', 'events'],
      ['dead-letters?before=1', 'deadLetters'],
      ['visits?before=1', 'visits'],
    ] as const) {
      const response = await fetch(`${address}/api/v1/${path}`);
      const page = (await response.json()) as Record<string, unknown>;
      expect([path, response.status, page.next]).toEqual([path, 200, null]);
      if (member !== null) expect(page[member], path).toEqual([]);
    }
  });
});

describe('nextAddress', () => {
  it('is the same request with one parameter replaced, whatever is in it', () => {
    expect(nextAddress('/api/v1/events', 'before', 7)).toBe('/api/v1/events?before=7');
    expect(nextAddress('/a?before=9&person=Zo%C3%AB%20B.&before=8', 'before', 7)).toBe(
      '/a?before=7&person=Zo%C3%AB+B.',
    );
    expect(nextAddress('/a?x=who?&y=1', 'before', 7)).toBe('/a?x=who%3F&y=1&before=7');
  });
});

describe('firstOf', () => {
  it('has at least one item, and no more than fit', () => {
    const text = 'x'.repeat(600_000);
    expect(firstOf([{ text }, { text }])).toHaveLength(1);
    expect(firstOf([{ text: text + text + text }])).toHaveLength(1);
    expect(firstOf([])).toEqual([]);
  });
});
