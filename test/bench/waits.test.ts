import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { within } from '../../bench/daemon.js';

const LONG_MS = 60_000;

function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

describe('within', () => {
  it('leaves neither a listener nor a timer behind', async () => {
    const { signal } = new AbortController();
    const before = timers();
    await within(LONG_MS, Promise.resolve(), signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(timers()).toBe(before);
  });

  it('ends when the signal is aborted, before or during the wait', async () => {
    const abort = new AbortController();
    const waiting = within(LONG_MS, new Promise(() => {}), abort.signal);
    abort.abort();
    await waiting;
    await within(LONG_MS, new Promise(() => {}), abort.signal);
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  });
});
