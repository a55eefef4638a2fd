import { describe, expect, it } from 'vitest';
import { Freshness, type LiveClockFault } from '../../src/video/freshness.js';

/** Judges frames 40 ms apart, each given by its delay from timestamp to arrival. */
function judge(freshness: Freshness, delaysMs: number[], fromMs = 0): boolean[] {
  return delaysMs.map((delay, index) => freshness.isStale(fromMs + index * 40, fromMs + index * 40 + delay));
}

const steady = (count: number, delayMs: number) => Array.from({ length: count }, () => delayMs);

describe('Freshness', () => {
  it('measures age against the fastest frame, whatever the two clocks show', () => {
    for (const offset of [-1e9, 0, 1e9]) {
      const freshness = new Freshness(1000);
      expect(judge(freshness, [offset + 300, offset, offset + 1000, offset + 1001])).toEqual([
        false,
        false,
        false,
        true,
      ]);
    }
  });

  it('drops a backlog until it has caught up', () => {
    const freshness = new Freshness(1000);
    judge(freshness, steady(100, 0));
    // From 4 s on the network is down for 5 s; then everything arrives within 125 ms.
    const verdicts = Array.from({ length: 125 }, (_, i) => freshness.isStale(4000 + i * 40, 9000 + i));
    const firstFresh = verdicts.indexOf(false);
    expect(verdicts.slice(0, firstFresh).every(Boolean)).toBe(true);
    expect(verdicts.slice(firstFresh).some(Boolean)).toBe(false);
    expect(9000 + firstFresh - (4000 + firstFresh * 40)).toBeLessThanOrEqual(1000);
    expect(9000 + firstFresh - 1 - (4000 + (firstFresh - 1) * 40)).toBeGreaterThan(1000);
  });

  it('keeps dropping a long backlog as long as it is catching up', () => {
    const freshness = new Freshness(1000);
    judge(freshness, steady(100, 0));
    // 10 s late, and read at twice the speed of time: 9 s of stale frames.
    const verdicts = Array.from({ length: 600 }, (_, i) => freshness.isStale(4000 + i * 40, 14_000 + i * 20));
    expect(verdicts.indexOf(false)).toBe(450);
    expect(verdicts.slice(450)).not.toContain(true);
  });

  it('starts a new comparison when the clock of the camera has jumped', () => {
    const freshness = new Freshness(1000);
    judge(freshness, steady(100, 0));
    // The timestamps fall back by an hour, and the frames arrive at their usual rate.
    const verdicts = Array.from({ length: 150 }, (_, i) =>
      freshness.isStale(4000 + i * 40 - 3_600_000, 4000 + i * 40),
    );
    expect(verdicts).not.toContain(true);
    expect(freshness.trusted).toBe(true);
  });

  it('drops nothing after a jump forward', () => {
    const freshness = new Freshness(1000);
    judge(freshness, steady(100, 0));
    const verdicts = Array.from({ length: 100 }, (_, i) =>
      freshness.isStale(4000 + i * 40 + 3_600_000, 4000 + i * 40),
    );
    expect(verdicts).not.toContain(true);
  });

  it('adapts within 30 s to a network that has become slower for good', () => {
    const freshness = new Freshness(1000);
    judge(freshness, steady(100, 0));
    judge(freshness, steady(800, 900), 4000);
    // At 36 s the frames without delay have left the window, so 1800 ms is 900 ms late.
    expect(freshness.isStale(36_000, 36_000 + 1800)).toBe(false);
  });

  it('treats every frame as fresh when timestamps run at another speed than time', () => {
    const freshness = new Freshness(1000);
    // 25 per second by their timestamps, 10 per second in fact.
    const verdicts = Array.from({ length: 300 }, (_, i) => freshness.isStale(i * 40, i * 100));
    expect(freshness.trusted).toBe(false);
    expect(verdicts.slice(120)).not.toContain(true);
  });

  it('treats every frame as fresh where timestamps are known to be meaningless', () => {
    expect(judge(new Freshness(1000, false), [0, 5000, 90_000])).toEqual([false, false, false]);
  });

  it.each([
    ['stand still', () => 0],
    ['are far ahead in single frames', (ms: number) => ms + (ms % 2000 === 1000 ? 9_800_000 : 0)],
    ['are far back in single frames', (ms: number) => ms - (ms % 2000 === 1000 ? 9_800_000 : 0)],
  ])('treats every frame as fresh where timestamps %s, and reports it once', (_, clock) => {
    const faults: LiveClockFault[] = [];
    const freshness = new Freshness(1000, true, (fault) => faults.push(fault));
    const verdicts = Array.from({ length: 300 }, (_, i) => freshness.isStale(clock(i * 40), i * 40));
    expect(verdicts).not.toContain(true);
    expect(freshness.trusted).toBe(false);
    expect(faults).toEqual(['no_clock']);
  });

  it('keeps the comparison where timestamps tick in whole seconds or are doubled', () => {
    for (const tickMs of [1000, 80]) {
      const faults: LiveClockFault[] = [];
      const freshness = new Freshness(1000, true, (fault) => faults.push(fault));
      const clock = (ms: number) => Math.floor(ms / tickMs) * tickMs;
      const verdicts = Array.from({ length: 300 }, (_, i) => freshness.isStale(clock(i * 40), i * 40));
      expect(verdicts).not.toContain(true);
      expect([freshness.trusted, faults]).toEqual([true, []]);
      expect(freshness.isStale(clock(12_000), 14_000)).toBe(true);
    }
  });

  it('marks the first frame after a jump of the clock, and reports the jump', () => {
    const faults: LiveClockFault[] = [];
    const freshness = new Freshness(1000, true, (fault) => faults.push(fault));
    const jumps = Array.from({ length: 100 }, (_, i) => {
      freshness.isStale(i * 40 - (i < 50 ? 0 : 5000), i * 40);
      return freshness.hasJumped;
    });
    expect(jumps.flatMap((hasJumped, index) => (hasJumped ? [index] : []))).toEqual([50]);
    expect(faults).toEqual(['jump']);
  });

  it('recognises a single late frame at a low frame rate', () => {
    const freshness = new Freshness(1000);
    const delays = [0, 0, 2000, 0, 0];
    expect(delays.map((delay, i) => freshness.isStale(i * 10_000, i * 10_000 + delay))).toEqual([
      false,
      false,
      true,
      false,
      false,
    ]);
  });
});
