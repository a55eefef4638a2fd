import { describe, expect, it } from 'vitest';
import { eventLine, explainLines, type LineStyle } from '../../src/cli/eventLine.js';
import { formatClock } from '../../src/cli/time.js';
import { spotterEvent } from '../helpers/events.js';

const NASTY = 'eve\x1b[2J\n{"kind":"match"}\u202e';
const SHOWN = 'eve\\x1b[2J\\n{"kind":"match"}\\u202e';
const recorded: LineStyle = { clock: () => 'media', visits: 'media', shownName: (person) => person };
const live: LineStyle = { ...recorded, clock: () => 'wall', visits: 'wall' };

describe('eventLine', () => {
  it.each([
    spotterEvent({ person: NASTY, withdrawn: NASTY }),
    spotterEvent({ kind: 'ambiguous', person: null, candidates: [NASTY, 'bob'] }),
    spotterEvent({ kind: 'left', person: NASTY, firstSeenMs: 0, lastSeenMs: 0 }),
    spotterEvent({ kind: 'visit_started', person: NASTY }),
    spotterEvent({ displayName: NASTY }),
  ])('shows escapes and line breaks of names as text: $kind', (event) => {
    for (const style of [recorded, { ...recorded, shownName: () => NASTY }]) {
      const line = eventLine(event, style);
      expect(line).toContain(SHOWN);
      expect(line).not.toMatch(/[\p{Cc}\u202e]/u);
    }
  });

  it('shows what decided, and leaves out the numbers behind it', () => {
    const reason = 'similarity 0.46, but only 1 of 3 looks agreed; nearest is alice; threshold 0.42';
    const event = spotterEvent({ kind: 'unknown', person: null, reason });
    expect(eventLine(event, recorded)).toBe(
      '0:01.0  door  ? unknown (similarity 0.46, but only 1 of 3 looks agreed)  door-1',
    );
  });

  it('shows the media time of a recording and the wall clock of a live camera', () => {
    const event = spotterEvent({ kind: 'appeared' });
    expect(eventLine(event, recorded)).toMatch(/^0:01\.0 {2}door/);
    expect(eventLine(event, live)).toMatch(/^\d\d:\d\d:\d\d {2}door/);
    expect(eventLine(event, live).startsWith(formatClock(Date.UTC(2026, 0, 1)))).toBe(true);
  });

  it('shows the times of a visit by the same clock', () => {
    const times = { startedAt: new Date(8000).toISOString(), endedAt: new Date(3_725_500).toISOString() };
    const event = spotterEvent({ kind: 'visit_ended', track: null, ...times });
    expect(eventLine(event, recorded)).toContain('visit of alice ended: 0:08.0 to 1:02:05.5');
    expect(eventLine(event, live)).toContain(`ended: ${formatClock(8000)} to ${formatClock(3_725_500)}`);
  });

  it('shows display names of everybody: the person, candidates, and a name that is withdrawn', () => {
    const names: Record<string, string> = { alice: 'Alice Liddell', bob: 'Bob' };
    const style = { ...recorded, shownName: (person: string) => names[person] };
    expect(eventLine(spotterEvent({ displayName: 'Alice Liddell', withdrawn: 'bob' }), style)).toMatch(
      /✓ Alice Liddell.*, not Bob/,
    );
    const candidates = ['alice', 'bob'];
    expect(eventLine(spotterEvent({ kind: 'ambiguous', person: null, candidates }), style)).toContain(
      'Alice Liddell or Bob',
    );
    expect(
      eventLine(
        spotterEvent({ kind: 'left', displayName: 'Alice Liddell', firstSeenMs: 0, lastSeenMs: 0 }),
        style,
      ),
    ).toContain('- Alice Liddell left');
  });
});

describe('explainLines', () => {
  it('shows escapes and line breaks as text', () => {
    const check = { name: 'margin', value: 0.1, limit: 0.05, passed: true, text: `ahead of ${NASTY}` };
    const explain = { checks: [check], looks: 1, usable: 1 };
    expect(explainLines(spotterEvent({ explain }))[0]).toContain(`+ ahead of ${SHOWN}`);
  });
});
