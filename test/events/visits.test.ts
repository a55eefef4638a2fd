import { describe, expect, it } from 'vitest';
import type { EventDraft, EventKind, SpotterEvent } from '../../src/events/event.js';
import { endsOfInterruptedVisits, recentEvents } from '../../src/events/interruptedVisits.js';
import { Visits } from '../../src/events/visits.js';
import { eventDraft, spotterEvent } from '../helpers/events.js';

const START = Date.UTC(2026, 0, 1);
const iso = (ms: number) => new Date(START + ms).toISOString();

/** Visits with a gap of a second; `at` takes an event at a ms, after the visits that have ended by then. */
function visits(gapMs = 1000) {
  const tested = new Visits({ gapMs, clock: 'captured' });
  const at = (ms: number, kind: EventKind, track: string | null, rest: Partial<EventDraft> = {}) => {
    const camera = rest.camera ?? track?.split('-')[0] ?? 'door';
    const draft = eventDraft({ kind, camera, track, capturedAtMs: START + ms, ...rest });
    return short([...tested.expire(ms), ...tested.take(draft, ms)]);
  };
  return { tested, at };
}

function short(drafts: EventDraft[]): string[] {
  return drafts.map(
    ({ kind, person, camera, visit }) =>
      `${kind} ${person} ${camera} ${visit?.cameras.join('+')} ${visit && Date.parse(visit.startedAt) - START}..${visit?.endedAt ? Date.parse(visit.endedAt) - START : ''}`,
  );
}

describe('Visits: a visit', () => {
  it('begins with a name and ends when the person has been away for longer than the gap', () => {
    const { tested, at } = visits();
    expect(at(0, 'appeared', 'door-1', { person: null })).toEqual([]);
    expect(at(100, 'match', 'door-1')).toEqual(['visit_started alice door door 100..']);
    expect(at(5000, 'left', 'door-1')).toEqual([]);
    expect(tested.open).toBe(1);
    expect(short(tested.expire(6000))).toEqual([]);
    expect(short(tested.expire(6001))).toEqual(['visit_ended alice door door 100..5000']);
    expect(tested.open).toBe(0);
    expect(tested.expire(99_999)).toEqual([]);
  });

  it('has one id from its beginning to its end, another one than the next visit', () => {
    const { tested } = visits();
    const take = (ms: number, kind: EventKind) =>
      tested.take(eventDraft({ kind, capturedAtMs: START + ms }), ms);
    const [started] = take(0, 'match');
    take(10, 'left');
    const [ended] = tested.expire(5000);
    const [again] = take(6000, 'match');
    expect(started.visit).toEqual({
      visit: expect.any(String),
      cameras: ['door'],
      startedAt: iso(0),
      endedAt: null,
    });
    expect(ended.visit).toEqual({ ...started.visit, endedAt: iso(10) });
    expect(again.visit?.visit).not.toBe(started.visit?.visit);
    expect(started).toMatchObject({ track: null, box: null, frame: null, person: 'alice' });
  });

  it('goes on when the person is back within the gap', () => {
    const { tested, at } = visits();
    at(0, 'match', 'door-1');
    at(1000, 'left', 'door-1');
    expect(at(2000, 'match', 'door-2')).toEqual([]);
    at(3000, 'left', 'door-2');
    expect(short(tested.expire(4001))).toEqual(['visit_ended alice door door 0..3000']);
  });

  it('of somebody else is another one', () => {
    const { at } = visits();
    at(0, 'match', 'door-1');
    expect(at(10, 'match', 'door-2', { person: 'bob' })).toEqual(['visit_started bob door door 10..']);
  });

  it('goes across cameras while a track of the person is alive', () => {
    const { tested, at } = visits();
    at(0, 'match', 'door-1');
    expect(at(100, 'match', 'hall-1')).toEqual([]);
    at(200, 'left', 'door-1');
    expect(at(900, 'match', 'yard-1')).toEqual([]);
    at(1000, 'left', 'hall-1');
    expect(tested.expire(1900)).toEqual([]);
    at(2000, 'left', 'yard-1');
    expect(short(tested.expire(3001))).toEqual(['visit_ended alice yard door+hall+yard 0..2000']);
  });

  it('at another camera is one of its own when the person is not in view, even within the gap', () => {
    const { tested, at } = visits();
    at(0, 'match', 'door-1');
    at(100, 'left', 'door-1');
    expect(at(200, 'match', 'hall-1')).toEqual(['visit_started alice hall hall 200..']);
    // Whoever is in view is there: a second track joins that visit, not the one that waits.
    expect(at(300, 'match', 'door-2')).toEqual([]);
    expect(short(tested.expire(1101))).toEqual(['visit_ended alice door door 0..100']);
    at(1200, 'left', 'door-2');
    at(1300, 'left', 'hall-1');
    expect(short(tested.expire(9999))).toEqual(['visit_ended alice hall hall+door 200..1300']);
  });

  it('with a gap of nothing ends as soon as the person has left', () => {
    const { tested, at } = visits(0);
    at(0, 'match', 'door-1');
    at(100, 'left', 'door-1');
    expect(short(tested.expire(101))).toEqual(['visit_ended alice door door 0..100']);
  });

  it('takes over another gap', () => {
    const { tested, at } = visits();
    at(0, 'match', 'door-1');
    at(100, 'left', 'door-1');
    tested.gapMs = 10;
    expect(short(tested.expire(200))).toEqual(['visit_ended alice door door 0..100']);
  });
});

describe('Visits: a withdrawn name', () => {
  it('ends at once the visit that rested on it, before that of the right one begins', () => {
    const { at } = visits();
    at(0, 'match', 'door-1');
    expect(at(500, 'match', 'door-1', { person: 'bob', withdrawn: 'alice' })).toEqual([
      'visit_ended alice door door 0..500',
      'visit_started bob door door 500..',
    ]);
    expect(at(600, 'left', 'door-1', { person: 'bob' })).toEqual([]);
  });

  it('for nobody leaves nothing', () => {
    const { tested, at } = visits();
    at(0, 'match', 'door-1');
    expect(at(500, 'unknown', 'door-1', { person: null, withdrawn: 'alice' })).toEqual([
      'visit_ended alice door door 0..500',
    ]);
    expect(tested.open).toBe(0);
  });

  it('leaves a visit as it would be without it', () => {
    const { tested, at } = visits();
    at(0, 'match', 'door-1');
    at(100, 'match', 'hall-1');
    at(200, 'left', 'door-1');
    at(900, 'match', 'hall-1', { person: 'bob', withdrawn: 'alice' });
    expect(short(tested.expire(1201))).toEqual(['visit_ended alice door door 0..200']);
    expect(tested.open).toBe(1);
  });

  it('does not end a visit in which the person is in view elsewhere', () => {
    const { tested, at } = visits();
    at(0, 'match', 'door-1');
    at(100, 'match', 'hall-1');
    at(200, 'match', 'hall-1', { person: 'bob', withdrawn: 'alice' });
    expect(tested.expire(99_999)).toEqual([]);
    expect(tested.open).toBe(2);
  });

  it('is noticed when the leaving has another name, too', () => {
    const { tested, at } = visits();
    at(0, 'match', 'door-1');
    expect(at(100, 'left', 'door-1', { person: 'bob' })).toEqual(['visit_ended alice door door 0..100']);
    expect(tested.open).toBe(0);
  });
});

describe('Visits: when nobody watches', () => {
  it('the same visit goes on with the next engine, within the gap', () => {
    const { tested, at } = visits();
    at(0, 'match', 'door-1');
    at(500, 'left', 'door-1');
    at(900, 'gap', null, { person: null });
    expect(at(1000, 'match', 'door-2')).toEqual([]);
    expect(tested.open).toBe(1);
  });

  it('a track without a `left` is gone with the gap of its camera', () => {
    const { tested, at } = visits();
    at(0, 'match', 'door-1');
    at(0, 'match', 'hall-1', { person: 'bob' });
    at(900, 'gap', null, { person: null, camera: 'door' });
    expect(short(tested.expire(1901))).toEqual(['visit_ended alice door door 0..0']);
    expect(tested.open).toBe(1);
  });

  it('every visit ends with the daemon: now for who is in view, else with the leaving', () => {
    const { tested, at } = visits();
    at(0, 'match', 'door-1');
    at(10, 'match', 'door-2', { person: 'bob' });
    at(500, 'left', 'door-1');
    expect(short(tested.endAll(START + 700))).toEqual([
      'visit_ended alice door door 0..500',
      'visit_ended bob door door 10..700',
    ]);
    expect(tested.endAll(START + 800)).toEqual([]);
    expect(at(900, 'left', 'door-2', { person: 'bob' })).toEqual([]);
  });
});

describe('Visits: the clock of a recording', () => {
  it('gives the same visits whenever it is replayed', () => {
    const replay = (capturedAtMs: number) => {
      const tested = new Visits({ gapMs: 1000, clock: 'media' });
      const events = [
        ...tested.take(eventDraft({ mediaTimeMs: 40, capturedAtMs }), 40),
        ...tested.take(eventDraft({ kind: 'left', mediaTimeMs: 2000, capturedAtMs }), 2000),
        ...tested.endAll(),
      ];
      return events.map(({ visit }) => visit);
    };
    expect(replay(START)).toEqual(replay(START + 5));
    expect(replay(START)[1]).toEqual({
      visit: 'door-1-14',
      cameras: ['door'],
      startedAt: '1970-01-01T00:00:00.040Z',
      endedAt: '1970-01-01T00:00:02.000Z',
    });
  });
});

describe('endsOfInterruptedVisits', () => {
  const event = (seq: number, kind: EventKind, camera: string, rest: Partial<SpotterEvent> = {}) =>
    spotterEvent({ seq, kind, camera, capturedAt: iso(seq * 1000), ...rest });
  const visit = (id: string, camera: string, seq: number) =>
    event(seq, 'visit_started', camera, {
      visit: id,
      cameras: [camera],
      startedAt: iso(seq * 1000),
      endedAt: null,
    });
  const log = [
    visit('a', 'door', 1),
    event(2, 'left', 'door'),
    event(3, 'visit_ended', 'door', {
      visit: 'a',
      cameras: ['door'],
      startedAt: iso(1000),
      endedAt: iso(2000),
    }),
    visit('b', 'door', 4),
    event(5, 'match', 'hall'),
    event(6, 'match', 'door', { person: 'bob' }),
    event(7, 'unknown', 'door', { person: null }),
  ];

  it('ends each open visit with the last event of its person', () => {
    const ends = endsOfInterruptedVisits(log);
    expect(ends).toHaveLength(1);
    expect(ends[0]).toMatchObject({
      kind: 'visit_ended',
      person: 'alice',
      camera: 'hall',
      visit: { visit: 'b', cameras: ['door', 'hall'], startedAt: iso(4000), endedAt: iso(5000) },
    });
  });

  it('finds them in a log of many pages', () => {
    const filler = Array.from({ length: 2500 }, (_, i) => event(8 + i, 'unknown', 'door', { person: null }));
    const all = [...log, ...filler];
    const source = {
      epoch: 'x',
      lastSeq: 2507,
      after: (seq: number, limit: number) => all.filter((one) => one.seq > seq).slice(0, limit),
      onCommitted: () => () => {},
    };
    expect([...recentEvents(source)]).toHaveLength(2507);
    expect(endsOfInterruptedVisits(recentEvents(source))).toHaveLength(1);
    expect([...recentEvents({ ...source, lastSeq: 0, after: () => [] })]).toEqual([]);
  });
});

describe('Visits.forgetPerson', () => {
  it('drops the visits of one person without a word, and no others', () => {
    const { tested, at } = visits();
    at(0, 'match', 'door-1');
    at(0, 'match', 'door-2', { person: 'bob' });
    tested.forgetPerson('alice');
    expect(tested.open).toBe(1);
    expect(at(100, 'left', 'door-1', { person: null })).toEqual([]);
    expect(short(tested.endAll())).toEqual([expect.stringMatching(/^visit_ended bob /)]);
  });
});
