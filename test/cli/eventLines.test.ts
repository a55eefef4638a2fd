import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventLines, type EventLinesOptions } from '../../src/cli/eventLines.js';
import { formatDay } from '../../src/cli/time.js';
import type { SpotterEvent } from '../../src/events/event.js';
import { spotterEvent } from '../helpers/events.js';

const unknown = {
  kind: 'unknown',
  person: null,
  reason: 'similarity 0.10, below 0.40; nearest is bob',
} as const;
const ended = { firstSeenMs: 800, lastSeenMs: 1000, frames: 3 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** The lines of these events at once, without what is still held back. */
function linesOf(events: Partial<SpotterEvent>[], options: Partial<EventLinesOptions> = {}): string[] {
  const written: string[] = [];
  const lines = new EventLines({
    only: 'all',
    clock: () => 'media',
    visits: 'media',
    shownName: (person) => person,
    write: (more) => written.push(...more),
    ...options,
  });
  for (const event of events) lines.add(spotterEvent(event));
  return written;
}

describe('EventLines', () => {
  it('shows a face that appeared and left in the same instant as one line, with its verdict', () => {
    const next = { kind: 'appeared', track: 'door-2', mediaTimeMs: 1200 } as const;
    expect(linesOf([{ kind: 'appeared' }, unknown, { kind: 'left', person: null, ...ended }, next])).toEqual([
      '0:01.0  door  ? unknown (similarity 0.10, below 0.40), in view for 0.2 s  door-1',
    ]);
    const unusable = {
      kind: 'left',
      person: null,
      verdict: 'unusable',
      reason: 'too_small',
      ...ended,
    } as const;
    expect(linesOf([{ kind: 'appeared' }, unusable, next])).toEqual([
      '0:01.0  door  - a face that was never usable (too small) was in view for 0.2 s  door-1',
    ]);
  });

  it('keeps the order of several faces in one instant', () => {
    const second = { track: 'door-2' };
    const lines = linesOf([
      { kind: 'appeared' },
      { kind: 'appeared', ...second },
      { ...unknown, ...second },
      { kind: 'left', person: null, ...second, ...ended },
      { kind: 'left', mediaTimeMs: 1200, ...ended },
    ]);
    expect(lines.map((line) => line.replace(/\(.*\), /, ''))).toEqual([
      '0:01.0  door  + a face appeared  door-1',
      '0:01.0  door  ? unknown in view for 0.2 s  door-2',
      '0:01.2  door  - alice left after 0.2 s  door-1',
    ]);
  });

  it('shows a face that appeared and stays a moment later, without another event', () => {
    const written: string[] = [];
    linesOf([{ kind: 'appeared' }], { write: (more) => written.push(...more) });
    expect(written).toEqual([]);
    vi.runAllTimers();
    expect(written).toEqual(['0:01.0  door  + a face appeared  door-1']);
  });

  it('shows only names, strangers and visits if asked to', () => {
    const visit = { kind: 'visit_started', track: null } as const;
    const gap = { kind: 'gap', track: null, from: '', to: '', cause: 'engine_died' } as const;
    const left = { kind: 'left', ...ended } as const;
    const lines = linesOf([{ kind: 'appeared' }, unknown, {}, visit, left, gap], { only: 'names' });
    expect(lines.map((line) => line.split('  ')[2].replace(/ \(.*/, ''))).toEqual([
      '? unknown',
      '✓ alice',
      '> visit of alice started',
    ]);
  });

  it('begins each day of the wall clock with its date', () => {
    const days = [Date.UTC(2026, 0, 1, 12), Date.UTC(2026, 0, 1, 12, 1), Date.UTC(2026, 0, 3, 12)];
    const lines = linesOf(
      days.map((day) => ({ capturedAt: new Date(day).toISOString() })),
      { clock: () => 'wall' },
    );
    expect(lines).toHaveLength(5);
    expect([lines[0], lines[3]]).toEqual([formatDay(days[0]), formatDay(days[2])]);
  });
});
