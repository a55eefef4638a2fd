import { describe, expect, it, vi } from 'vitest';
import type { EventDraft } from '../../src/events/event.js';
import type { EventLog } from '../../src/events/log/eventLog.js';
import { storedEventOf } from '../../src/events/log/row.js';
import { findStays, type Stay, type StayQuery, type StaySources } from '../../src/events/stays.js';
import { openLog, pending } from '../helpers/log.js';

const T0 = Date.UTC(2026, 0, 1);
const at = (seconds: number) => T0 + seconds * 1000;
const iso = (seconds: number) => new Date(at(seconds)).toISOString();
const ALL: StayQuery = { people: [], cameras: [], fromMs: null, toMs: null, before: null, limit: 10 };

const seen = (
  kind: EventDraft['kind'],
  track: string,
  seconds: number,
  change: Partial<EventDraft> = {},
) => ({
  ...{ kind, camera: 'door', track, capturedAtMs: at(seconds) },
  ...change,
});

/** Stays in a real log. @param inView tracks in view */
async function staysIn(
  changes: Partial<EventDraft>[],
  query: Partial<StayQuery> = {},
  inView: string[] = [],
) {
  const { log } = await openLog();
  log.append(pending(changes));
  return findStays({ ...ALL, ...query }, sourcesOf(log, inView));
}

function sourcesOf(log: EventLog, inView: string[] = []): StaySources {
  return {
    find: (wanted) => log.find(wanted, false),
    lastUnended: (wanted) => {
      const row = log.use(({ history }) => history.lastUnended(wanted));
      return row && storedEventOf(row, false);
    },
    isInView: (track) => inView.includes(track),
    gapMs: 60_000,
  };
}

describe('findStays', () => {
  it('begins with a match and ends when the track does, newest first', async () => {
    const { stays, before } = await staysIn([
      seen('appeared', 'door-1', 0, { person: null }),
      seen('match', 'door-1', 1),
      seen('match', 'yard-1', 2, { camera: 'yard', person: 'bob' }),
      seen('left', 'door-1', 9),
      seen('left', 'yard-1', 20, { camera: 'yard', person: 'bob' }),
    ]);
    expect(before).toBeNull();
    expect(stays).toMatchObject([
      { person: 'bob', camera: 'yard', startedAt: iso(2), endedAt: iso(20), firstSeq: 3, lastSeq: 5 },
      { person: 'alice', camera: 'door', startedAt: iso(1), endedAt: iso(9), firstSeq: 2, lastSeq: 4 },
    ]);
  });

  it('goes on over a short break, and begins again after a long one', async () => {
    const { stays } = await staysIn([
      seen('match', 'door-1', 0),
      seen('left', 'door-1', 10),
      seen('match', 'door-2', 60),
      seen('left', 'door-2', 70),
      seen('match', 'door-3', 200),
      seen('left', 'door-3', 210),
    ]);
    expect(stays.map(({ startedAt, endedAt }) => [startedAt, endedAt])).toEqual([
      [iso(200), iso(210)],
      [iso(0), iso(70)],
    ]);
  });

  it('is none of a name that is withdrawn, in view or later, and is open while the track is in view', async () => {
    const named = (person: string, withdrawn: string | null = null) => ({ person, withdrawn });
    const { stays } = await staysIn(
      [
        seen('match', 'door-1', 0),
        seen('match', 'door-1', 5, named('bob', 'alice')),
        seen('match', 'door-2', 6, named('carol')),
        seen('left', 'door-2', 8, named('carol')),
        seen('left', 'door-2', 8, { person: null, withdrawn: 'carol' }),
      ],
      {},
      ['door-1'],
    );
    expect(stays).toMatchObject([
      { person: 'bob', startedAt: iso(5), endedAt: null, firstSeq: 2, lastSeq: 2 },
    ]);
  });

  it.each([
    ['left', [seen('left', 'door-1', 58)], iso(58), 4],
    ['is still in view', [], null, 3],
  ])(
    'ends when the last of several tracks has gone: the longer one %s',
    async (_what, end, endedAt, lastSeq) => {
      const story = [
        seen('match', 'door-1', 1),
        seen('match', 'door-2', 4),
        seen('left', 'door-2', 9),
        ...end,
        seen('match', 'yard-1', 75, { camera: 'yard', person: 'bob' }),
      ];
      const { stays } = await staysIn(story, { people: ['alice'] }, ['door-1']);
      expect(stays).toMatchObject([{ startedAt: iso(1), endedAt, firstSeq: 1, lastSeq }]);
    },
  );

  it('ends with its track, however many others have come and gone meanwhile', async () => {
    const passersBy = Array.from({ length: 600 }, (_, n) =>
      seen('unknown', `door-${n + 2}`, 1, { person: null }),
    );
    const { stays } = await staysIn([seen('match', 'door-1', 0), ...passersBy, seen('left', 'door-1', 900)]);
    expect(stays).toMatchObject([{ startedAt: iso(0), endedAt: iso(900) }]);
  });

  it('does not end with another track that had the same id', async () => {
    const { stays } = await staysIn(
      [
        seen('match', 'door-1', 0),
        seen('appeared', 'door-1', 5000, { person: null }),
        seen('match', 'door-1', 5001, { person: 'bob' }),
        seen('left', 'door-1', 5009, { person: 'bob', withdrawn: 'alice' }),
      ],
      { people: ['alice'] },
      ['door-1'],
    );
    expect(stays).toMatchObject([{ startedAt: iso(0), endedAt: iso(0) }]);
  });

  it('is as long as what is known of a track that vanished with the log or the engine', async () => {
    expect((await staysIn([seen('match', 'door-1', 7)])).stays).toMatchObject([
      { startedAt: iso(7), endedAt: iso(7), firstSeq: 1, lastSeq: 1 },
    ]);
  });

  it('is selected by person, camera and time, and paged', async () => {
    const story = [1, 2, 3].flatMap((n) => [
      seen('match', `door-${n}`, n * 100, { person: n === 2 ? 'bob' : 'alice' }),
      seen('left', `door-${n}`, n * 100 + 5, { person: n === 2 ? 'bob' : 'alice' }),
    ]);
    const firsts = async (query: Partial<StayQuery>) =>
      (await staysIn(story, query)).stays.map(({ firstSeq }) => firstSeq);
    expect(await firsts({ people: ['bob'] })).toEqual([3]);
    expect(await firsts({ cameras: ['yard'] })).toEqual([]);
    expect(await firsts({ fromMs: at(150), toMs: at(250) })).toEqual([3]);
    const page = await staysIn(story, { limit: 2 });
    expect([page.stays.map(({ firstSeq }) => firstSeq), page.before]).toEqual([[5, 3], 3]);
    expect(await firsts({ before: 3 })).toEqual([1]);
  });

  it.each([1, 2, 3])(
    'is whole on one page, beside others and through a mirror, %i per page',
    async (limit) => {
      const track = (name: string, from: number, to: number, camera = 'door', person = 'alice') => [
        seen('match', name, from, { camera, person }),
        seen('left', name, to, { camera, person }),
      ];
      const story = [
        ...track('door-1', 0, 10),
        ...track('yard-1', 5, 15, 'yard', 'bob'),
        ...track('door-2', 20, 300),
        ...track('door-3', 30, 35),
        ...track('door-4', 150, 155),
        ...track('yard-2', 160, 165, 'yard', 'bob'),
        ...track('door-5', 350, 360),
        ...track('door-6', 1000, 1010),
      ].sort((a, b) => a.capturedAtMs - b.capturedAtMs);
      const pages: Stay[][] = [];
      for (let before: number | null = null; pages.length === 0 || before !== null; ) {
        const page = await staysIn(story, { limit, before });
        expect(page.stays.length).toBe(Math.min(limit, 4 - pages.flat().length));
        pages.push(page.stays);
        before = page.before;
      }
      expect(pages.flat().map(({ person, startedAt, endedAt }) => [person, startedAt, endedAt])).toEqual([
        ['alice', iso(1000), iso(1010)],
        ['bob', iso(160), iso(165)],
        ['bob', iso(5), iso(15)],
        ['alice', iso(0), iso(360)],
      ]);
    },
  );

  it('is whole and once in the answer, where it began before the time or goes on after it', async () => {
    const story = [0, 50, 100, 150].flatMap((start, n) => [
      seen('match', `door-${n}`, start),
      seen('left', `door-${n}`, start + (n === 0 ? 95 : 5)),
    ]);
    const within = async (from: number, to: number) =>
      (await staysIn(story, { fromMs: at(from), toMs: at(to) })).stays;
    const whole = { startedAt: iso(0), endedAt: iso(155), firstSeq: 1, lastSeq: 8 };
    for (const [from, to] of [
      [0, 200],
      [40, 200],
      [40, 110],
      [0, 40],
    ])
      expect(await within(from, to), `${from} to ${to}`).toEqual([expect.objectContaining(whole)]);
    expect(await within(160, 200)).toEqual([]);
  });

  it('is listed as far as it is read, when it has more tracks than are read for one answer, and events get their turn meanwhile', async () => {
    const { log } = await openLog();
    const story = Array.from({ length: 3000 }, (_, n) => [
      seen('match', `door-${n}`, n),
      seen('left', `door-${n}`, n),
    ]);
    log.append(pending(story.flat()));
    const others = vi.fn();
    setImmediate(others);
    const { stays, before } = await findStays({ ...ALL, limit: 1 }, sourcesOf(log));
    expect(others).toHaveBeenCalledOnce();
    expect(stays).toMatchObject([{ person: 'alice', endedAt: iso(2999) }]);
    const next = await findStays({ ...ALL, before }, sourcesOf(log));
    expect(next.stays).toMatchObject([{ startedAt: iso(0) }]);
    expect((await findStays({ ...ALL, before: next.before }, sourcesOf(log))).before).toBeNull();
  });
});
