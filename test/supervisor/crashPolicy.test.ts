import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ToEngine } from '../../src/ipc/protocol.js';
import { CrashPolicy, ISOLATION_MS } from '../../src/supervisor/crashPolicy.js';

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
});

/** A CrashPolicy, and whether the engine was told to isolate, message by message. */
function isolating() {
  const isolated: boolean[] = [];
  const send = (message: ToEngine & { kind: 'caution' }) => void isolated.push(message.isolated);
  const caution = new CrashPolicy({ send, onForgiven: () => {} });
  onTestFinished(() => caution.stop());
  const die = (...inWork: string[]) => {
    for (const mark of inWork) caution.noteWork('door', mark, true);
    return caution.noteDeath(0);
  };
  return { caution, isolated, die };
}

describe('CrashPolicy', () => {
  it('ends an isolation when its timer fires, also when that is a millisecond early', () => {
    const { caution, isolated, die } = isolating();
    const startMs = performance.now();
    const now = vi.spyOn(performance, 'now').mockReturnValue(startMs);
    die('a', 'b');
    caution.tell();
    expect(isolated).toEqual([true]);
    now.mockReturnValue(startMs + ISOLATION_MS - 1);
    vi.advanceTimersByTime(ISOLATION_MS);
    expect(isolated).toEqual([true, false]);
  });

  it('isolates anew after another death with several suspects, not after one with a single suspect', () => {
    const { isolated, die } = isolating();
    die('a', 'b');
    vi.advanceTimersByTime(ISOLATION_MS / 2);
    die('c', 'd');
    vi.advanceTimersByTime(ISOLATION_MS / 2);
    expect(isolated).toEqual([]);
    die('e');
    vi.advanceTimersByTime(ISOLATION_MS / 2);
    expect(isolated).toEqual([false]);
  });

  it('does not isolate after a death with a single suspect', () => {
    const { caution, isolated, die } = isolating();
    die('a');
    caution.tell();
    vi.advanceTimersByTime(ISOLATION_MS);
    expect(isolated).toEqual([false]);
  });
});
