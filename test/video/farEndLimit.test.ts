import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withinLimit } from '../../src/video/farEndLimit.js';

/** Resolves when the signal aborts, like a question without an answer. */
const unanswered = (signal: AbortSignal) =>
  new Promise<string>((resolve) => {
    if (signal.aborted) resolve('aborted');
    signal.addEventListener('abort', () => resolve('aborted'));
  });

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

describe('withinLimit', () => {
  it('aborts a question at the limit, or with its signal, and leaves nothing behind', async () => {
    const { signal } = new AbortController();
    const late = withinLimit(2000, signal, unanswered);
    vi.advanceTimersByTime(1999);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1);
    expect(await late).toBe('aborted');
    const stopping = new AbortController();
    const stopped = withinLimit(2000, stopping.signal, unanswered);
    stopping.abort();
    expect(await stopped).toBe('aborted');
    expect(await withinLimit(2000, stopping.signal, unanswered)).toBe('aborted');
    await expect(withinLimit(2000, signal, () => Promise.reject(new Error('refused')))).rejects.toThrow(
      'refused',
    );
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
