import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OutageLog } from '../../../src/events/sinks/outageLog.js';
import { systemClock } from '../../../src/events/sinks/systemClock.js';

describe('OutageLog', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function outageLog() {
    const lines: string[] = [];
    const log = { info: (text: string) => lines.push(text), warn: (text: string) => lines.push(text) };
    return { lines, tested: new OutageLog(log, systemClock) };
  }

  it('logs the beginning once, and the end with how long it took and what waited', () => {
    const { lines, tested } = outageLog();
    tested.begin('refused');
    tested.begin('refused again');
    vi.advanceTimersByTime(30_000);
    tested.count(false);
    tested.count(true);
    tested.end();
    tested.end();
    expect(lines).toEqual([
      'refused',
      'caught up after 30 s: 2 queued events handled, 1 of them as dead letters',
    ]);
  });

  it('leaves out short outages that follow within a minute, and counts them', () => {
    const { lines, tested } = outageLog();
    for (let i = 0; i < 5; i++) {
      tested.begin(`outage ${i}`);
      tested.end();
    }
    vi.advanceTimersByTime(60_000);
    expect(lines).toEqual(['outage 0', expect.stringContaining('caught up')]);
    tested.begin('the next one');
    expect(lines.at(-1)).toBe('the next one (and 4 more)');
  });

  it('logs an outage that began within a minute of the last one if it lasts', () => {
    const { lines, tested } = outageLog();
    tested.begin('first');
    tested.end();
    tested.begin('second');
    vi.advanceTimersByTime(60_000);
    tested.end();
    expect(lines.slice(2)).toEqual(['second', 'caught up after 60 s: 0 queued events handled']);
  });

  it('counts every dead letter: the first at once, the others once per minute, and the rest at the end', () => {
    const { lines, tested } = outageLog();
    for (let seq = 1; seq <= 6; seq++) tested.deadLetter(seq, 'answered 404');
    expect(lines).toEqual([expect.stringMatching(/^event 1 became a dead letter.*: answered 404$/)]);
    vi.advanceTimersByTime(60_000);
    expect(lines[1]).toMatch(/^event 6 .*: answered 404 \(and 4 more\)$/);
    tested.deadLetter(7, 'answered 410');
    tested.stop();
    expect(lines[2]).toMatch(/^event 7 .*: answered 410$/);
    expect(lines).toHaveLength(3);
  });
});
