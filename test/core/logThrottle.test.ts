import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LogThrottle } from '../../src/core/logThrottle.js';

describe('LogThrottle', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function throttle() {
    const emitted: string[] = [];
    return { emitted, tested: new LogThrottle(10_000, (message) => emitted.push(message)) };
  }

  it('emits the first message at once, then one per period with the number left out', () => {
    const { emitted, tested } = throttle();
    tested.add('first');
    for (let i = 0; i < 313; i++) tested.add(`error ${i}`);
    expect(emitted).toEqual(['first']);
    vi.advanceTimersByTime(10_000);
    expect(emitted).toEqual(['first', 'error 312 (and 312 more)']);
    tested.add('later');
    vi.advanceTimersByTime(9999);
    expect(emitted).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(emitted.at(-1)).toBe('later');
  });

  it('emits at once again after a period without messages', () => {
    const { emitted, tested } = throttle();
    tested.add('first');
    vi.advanceTimersByTime(20_000);
    tested.add('second');
    expect(emitted).toEqual(['first', 'second']);
  });

  it('does not emit a message that was withdrawn, but counts it', () => {
    const { emitted, tested } = throttle();
    tested.add('first');
    tested.add('second');
    tested.withdraw();
    tested.withdraw();
    vi.advanceTimersByTime(10_000);
    expect(emitted).toEqual(['first']);
    tested.add('third');
    expect(emitted).toEqual(['first', 'third (and 1 more)']);
  });

  it('emits nothing after it was stopped', () => {
    const { emitted, tested } = throttle();
    tested.add('first');
    tested.add('second');
    tested.stop();
    vi.advanceTimersByTime(60_000);
    expect(emitted).toEqual(['first']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
