import { describe, expect, it } from 'vitest';
import { compareFeeds, type LoggedEvent } from '../../bench/clusterFeeds.js';

const event = (seq: number, id: string, node: string, lease: number, capturedMs: number): LoggedEvent => ({
  ...{ seq, id, node, lease, capturedMs },
  ...{ kind: 'match', camera: 'door' },
});

describe('compareFeeds', () => {
  const seen = new Map([
    ['a', [event(1, 'one', 'a', 1, 1000), event(2, 'two', 'a', 1, 2000)]],
    ['b', [event(1, 'three', 'b', 2, 9000)]],
  ]);
  const all = [event(1, 'one', 'a', 1, 1000), event(2, 'two', 'a', 1, 2000), event(3, 'three', 'b', 2, 9000)];

  it('finds nothing wrong where every node serves everything', () => {
    const feeds = compareFeeds(seen, new Map([...'ab'].map((node) => [node, all])));
    expect(feeds).toMatchObject({ own: 3, lost: 0, fenced: 0, doubled: 0, isSame: true, overlapMs: 0 });
  });

  it('tells a lost event from one that came after a later lease', () => {
    const late = new Map([...seen, ['a', [...(seen.get('a') ?? []), event(3, 'late', 'a', 1, 9500)]]]);
    expect(compareFeeds(late, new Map([['b', all]]))).toMatchObject({ lost: 0, fenced: 1 });
    expect(compareFeeds(seen, new Map([['b', all.slice(1)]]))).toMatchObject({ lost: 1, fenced: 0 });
    expect(compareFeeds(seen, new Map([['b', all.slice(0, 2)]]))).toMatchObject({
      lost: 1,
      lostEvents: ['match of door on b (three)'],
    });
  });

  it('finds events that are there twice, and nodes that differ', () => {
    const twice = [...all, { ...all[0], seq: 4 }];
    const other = all.map((one) => ({ ...one, seq: one.seq + 1 }));
    expect(compareFeeds(seen, new Map([['a', twice]]))).toMatchObject({ doubled: 1 });
    expect(compareFeeds(seen, new Map(Object.entries({ a: all, b: other })))).toMatchObject({
      isSame: false,
    });
  });

  it('measures how long two leases overlap, by the clock of each node', () => {
    const merged = new Map([['a', [event(1, 'x', 'a', 1, 5000), event(2, 'y', 'b', 2, 4200)]]]);
    expect(compareFeeds(new Map(), merged)).toMatchObject({ overlapMs: 800 });
    const ahead = (sinceMs: number) => new Map([['a', { ms: 800, sinceMs }]]);
    expect(compareFeeds(new Map(), merged, ahead(0))).toMatchObject({ overlapMs: 0 });
    expect(compareFeeds(new Map(), merged, ahead(4300))).toMatchObject({ overlapMs: 800 });
  });
});
