import { describe, expect, it } from 'vitest';
import { EVENT_KINDS, type SpotterEvent } from '../../src/events/event.js';
import { eventText } from '../../src/events/eventText.js';
import { spotterEvent } from '../helpers/events.js';

describe('eventText', () => {
  it.each<[Partial<SpotterEvent>, string]>([
    [{ kind: 'appeared', person: null }, 'a face at front-door'],
    [{ kind: 'match' }, 'alice at front-door (similarity 0.62)'],
    [
      { kind: 'match', displayName: 'Alice B.', withdrawn: 'bob' },
      'Alice B. at front-door (similarity 0.62), not bob',
    ],
    [{ kind: 'unknown', person: null }, 'unknown person at front-door'],
    [{ kind: 'ambiguous', person: null, candidates: ['alice', 'bob'] }, 'alice or bob at front-door'],
    [{ kind: 'left' }, 'alice left front-door'],
    [{ kind: 'left', person: null }, 'a face left front-door'],
    [{ kind: 'visit_started' }, 'alice arrived at front-door'],
    [{ kind: 'visit_ended' }, 'alice has gone, last seen at front-door'],
    [
      { kind: 'gap', person: null, from: 'A', to: 'B', cause: 'engine_died' },
      'front-door was not watched from A to B (engine died)',
    ],
  ])('of %o is "%s"', (change, text) => {
    expect(eventText(spotterEvent({ camera: 'front-door', similarity: 0.62, ...change }))).toBe(text);
  });

  it('keeps a name on one line and in one direction', () => {
    const displayName = 'Al\r\n\u2028# \u202eecila\u2066\ud800!';
    expect(eventText(spotterEvent({ displayName }))).toBe('Al #  ecila ! at door (similarity 0.60)');
  });

  it('escapes every name, for every kind', () => {
    const write = (name: string) => name.toUpperCase();
    for (const kind of EVENT_KINDS) {
      const event = spotterEvent({ kind, candidates: ['alice'], withdrawn: 'carol' });
      expect(eventText(event, write)).not.toMatch(/alice|carol|door/);
    }
  });
});
