import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../../src/events/event.js';
import { findStays, type StayQuery } from '../../src/events/stays.js';
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
  return findStays(
    { ...ALL, ...query },
    {
      find: (wanted) => log.find(wanted, false),
      isInView: (track) => inView.includes(track),
      gapMs: 60_000,
    },
  );
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

  it('ends where the name is withdrawn, and is open while the track is in view', async () => {
    const { stays } = await staysIn(
      [seen('match', 'door-1', 0), seen('match', 'door-1', 5, { person: 'bob', withdrawn: 'alice' })],
      {},
      ['door-1'],
    );
    expect(stays).toMatchObject([
      { person: 'bob', startedAt: iso(5), endedAt: null },
      { person: 'alice', startedAt: iso(0), endedAt: iso(5) },
    ]);
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
});
