import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Watchdog } from '../../src/video/watchdog.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watchdog() {
  const late: number[] = [];
  return { dog: new Watchdog((limitMs) => late.push(limitMs)), late };
}

describe('Watchdog', () => {
  it('reports once when nothing has arrived within the limit', () => {
    const { dog, late } = watchdog();
    dog.watch(1000);
    vi.advanceTimersByTime(999);
    expect(late).toEqual([]);
    vi.advanceTimersByTime(5000);
    expect(late).toEqual([1000]);
  });

  it('reports nothing while it is fed, nor after it is stopped', () => {
    const { dog, late } = watchdog();
    dog.watch(1000);
    for (let i = 0; i < 10; i++) {
      vi.advanceTimersByTime(900);
      dog.feed();
    }
    dog.stop();
    vi.advanceTimersByTime(5000);
    expect(late).toEqual([]);
  });

  it('starts over with a new limit', () => {
    const { dog, late } = watchdog();
    dog.watch(1000);
    vi.advanceTimersByTime(900);
    dog.watch(200);
    vi.advanceTimersByTime(199);
    expect(late).toEqual([]);
    vi.advanceTimersByTime(10);
    expect(late).toEqual([200]);
  });

  it('ignores changes of the wall clock', () => {
    const { dog, late } = watchdog();
    dog.watch(1000);
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(500);
    vi.setSystemTime(Date.now() - 7_200_000);
    vi.advanceTimersByTime(400);
    expect(late).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(late).toEqual([1000]);
  });

  it('reads pending input first after this process was held up', () => {
    const { dog, late } = watchdog();
    dog.watch(1000);
    // Order in the event loop: the late timer, the pending input, setImmediate.
    vi.advanceTimersToNextTimer();
    dog.feed();
    vi.advanceTimersByTime(1);
    expect(late).toEqual([]);
    vi.advanceTimersByTime(1100);
    expect(late).toEqual([1000]);
  });
});
