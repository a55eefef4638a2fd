import { describe, expect, it } from 'vitest';
import { backAfter, holes, longestDouble, type Span, unreportedHoles } from '../../bench/watchSpans.js';

const span = (node: string, fromMs: number, toMs: number | null, camera = 'door'): Span => ({
  ...{ camera, node, fromMs, toMs },
});

describe('longestDouble', () => {
  it('is the longest time that two nodes share on one camera', () => {
    const spans = [span('a', 0, 10), span('b', 8, 20), span('a', 19, null), span('c', 0, 50, 'attic')];
    expect(longestDouble(spans, [], 30)).toBe(2);
  });

  it('leaves out the time in which a node stood still', () => {
    const spans = [span('a', 0, 30), span('b', 10, null)];
    expect(longestDouble(spans, [{ node: 'a', fromMs: 5, toMs: 28 }], 40)).toBe(2);
  });

  it('is none for a node that connects again', () => {
    expect(longestDouble([span('a', 0, 10), span('a', 5, 20)], [], 30)).toBe(0);
  });
});

describe('backAfter', () => {
  it('is the time until another node watches; null for none', () => {
    const spans = [span('a', 0, 5), span('a', 6, 9), span('b', 7, null), span('a', 0, 5, 'attic')];
    expect(backAfter(spans, ['door', 'attic'], 5, 'a')).toEqual([2, null]);
    expect(backAfter(spans, ['door'], 5)).toEqual([1]);
  });
});

describe('holes', () => {
  it('are the times in which nobody watches a camera, by camera', () => {
    const spans = [span('a', 0, 10), span('b', 9, 12), span('c', 20, null), span('a', 0, 40, 'attic')];
    expect(holes(spans, [], 5, 50)).toEqual([
      { camera: 'door', fromMs: 12, toMs: 20 },
      { camera: 'attic', fromMs: 40, toMs: 50 },
    ]);
    const freeze = { node: 'a', fromMs: 20, toMs: 30 };
    expect(holes([span('a', 0, null)], [freeze], 5, 50)).toEqual([{ camera: 'door', fromMs: 20, toMs: 30 }]);
  });
});

describe('unreportedHoles', () => {
  it('are those whose camera has no gap around their middle', () => {
    const found = [
      { camera: 'door', fromMs: 10, toMs: 20 },
      { camera: 'door', fromMs: 24, toMs: 30 },
      { camera: 'door', fromMs: 50, toMs: 60 },
      { camera: 'attic', fromMs: 10, toMs: 20 },
    ];
    expect(unreportedHoles(found, [{ camera: 'door', fromMs: 9, toMs: 31 }])).toEqual(found.slice(2));
    expect(unreportedHoles(found, [])).toEqual(found);
  });
});
