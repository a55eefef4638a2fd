import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EarliestTimer } from '../../src/core/earliestTimer.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('calls once at the earliest time asked for, however often it is asked', () => {
  const call = vi.fn();
  const timer = new EarliestTimer(call);
  timer.callIn(400);
  for (let ms = 0; ms < 80; ms += 20) {
    timer.callIn(80);
    vi.advanceTimersByTime(20);
  }
  expect(call).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1000);
  expect(call).toHaveBeenCalledTimes(1);
  timer.callIn(50);
  timer.cancel();
  vi.advanceTimersByTime(1000);
  expect(call).toHaveBeenCalledTimes(1);
  timer.callIn(50);
  vi.advanceTimersByTime(50);
  expect(call).toHaveBeenCalledTimes(2);
});
