import { describe, expect, it } from 'vitest';
import { Pairing } from '../../src/video/pairing.js';

function pairing() {
  const pairs: string[] = [];
  const lost: string[] = [];
  const joined = new Pairing<string>(
    (frame, timestampMs) => pairs.push(`${frame}${timestampMs}`),
    (frame) => lost.push(frame),
  );
  return { joined, pairs, lost };
}

describe('frames and their timestamps', () => {
  it('are joined in order, whichever comes first', () => {
    const { joined, pairs } = pairing();
    joined.frame('a', 0);
    joined.frame('b', 0);
    joined.timestamp(1, 0);
    joined.timestamp(2, 0);
    joined.timestamp(3, 0);
    expect(joined.waiting).toEqual([]);
    joined.frame('c', 0);
    expect(pairs).toEqual(['a1', 'b2', 'c3']);
  });

  it('wait for each other however long while nothing follows', () => {
    const { joined, pairs, lost } = pairing();
    joined.frame('a', 0);
    expect(joined.waiting).toEqual(['a']);
    joined.timestamp(1, 60_000);
    expect(pairs).toEqual(['a1']);
    expect(lost).toEqual([]);
  });

  it('fall into step again when a timestamp was lost', () => {
    const { joined, pairs, lost } = pairing();
    joined.frame('a', 0);
    joined.frame('b', 1100);
    joined.timestamp(2, 1101);
    joined.frame('c', 2000);
    joined.timestamp(3, 2000);
    expect(pairs).toEqual(['b2', 'c3']);
    expect(lost).toEqual(['a']);
  });

  it('fall into step again when a frame was lost', () => {
    const { joined, pairs } = pairing();
    joined.timestamp(1, 0);
    joined.timestamp(2, 1100);
    joined.frame('b', 1101);
    expect(pairs).toEqual(['b2']);
  });
});
