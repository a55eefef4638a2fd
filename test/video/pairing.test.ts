import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Pairing } from '../../src/video/pairing.js';

function pairing() {
  const pairs: string[] = [];
  const lost: string[] = [];
  const joined = new Pairing<string>({
    onPair: (frame, timestampMs) => pairs.push(`${frame}${timestampMs}`),
    onLost: (frame) => lost.push(frame),
  });
  return { joined, pairs, lost };
}

/** Pairing for a source with back-pressure and memory for two frames, on fake timers. */
function patient() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const pairs: string[] = [];
  const onPair = (frame: string, timestampMs: number) => pairs.push(`${frame}${timestampMs}`);
  return { joined: new Pairing<string>({ onPair, maxWaiting: 2 }), pairs };
}

describe('Pairing of a live source', () => {
  it('joins frames and timestamps in order, whichever comes first', () => {
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

  it('waits for the other part without limit while nothing follows', () => {
    const { joined, pairs, lost } = pairing();
    joined.frame('a', 0);
    expect(joined.waiting).toEqual(['a']);
    joined.timestamp(1, 60_000);
    expect(pairs).toEqual(['a1']);
    expect(lost).toEqual([]);
  });

  it('gets back in step after a lost timestamp', () => {
    const { joined, pairs, lost } = pairing();
    joined.frame('a', 0);
    joined.frame('b', 1100);
    joined.timestamp(2, 1101);
    joined.frame('c', 2000);
    joined.timestamp(3, 2000);
    expect(pairs).toEqual(['b2', 'c3']);
    expect(lost).toEqual(['a']);
  });

  it('gets back in step after a lost frame', () => {
    const { joined, pairs } = pairing();
    joined.timestamp(1, 0);
    joined.timestamp(2, 1100);
    joined.frame('b', 1101);
    expect(pairs).toEqual(['b2']);
  });
});

describe('Pairing of a source with back-pressure', () => {
  it('gives up nothing, however late', () => {
    const { joined, pairs } = patient();
    for (const ms of [1, 2, 3]) joined.timestamp(ms, ms * 5000);
    joined.frame('a', 60_000);
    joined.frame('b', 120_000);
    joined.frame('c', 180_000);
    expect(pairs).toEqual(['a1', 'b2', 'c3']);
  });

  it('reuses the previous timestamp after 1 s when every frame waits', () => {
    const { joined, pairs } = patient();
    joined.frame('a', 0);
    joined.timestamp(40, 0);
    joined.frame('b', 0);
    vi.advanceTimersByTime(60_000);
    expect(pairs).toEqual(['a40']);
    joined.frame('c', 60_000);
    vi.advanceTimersByTime(999);
    expect(pairs).toEqual(['a40']);
    vi.advanceTimersByTime(1);
    expect(pairs).toEqual(['a40', 'b40']);
    expect(joined.waiting).toEqual(['c']);
    joined.timestamp(120, 61_000);
    expect(pairs).toEqual(['a40', 'b40', 'c120']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('stops waiting once a timestamp arrives, or everything is discarded', () => {
    const { joined, pairs } = patient();
    joined.frame('a', 0);
    joined.frame('b', 0);
    joined.timestamp(40, 500);
    vi.advanceTimersByTime(60_000);
    joined.frame('c', 60_000);
    expect(joined.clear()).toEqual(['b', 'c']);
    vi.advanceTimersByTime(60_000);
    expect(pairs).toEqual(['a40']);
  });
});
