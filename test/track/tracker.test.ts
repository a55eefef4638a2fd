import { describe, expect, it } from 'vitest';
import { finish } from '../../src/track/tracker.js';
import { between, distant, Film, known, policy } from '../helpers/film.js';

describe('tracker: one track', () => {
  it('emits appeared, one verdict and left, however often the face is seen', () => {
    const film = new Film();
    for (let t = 0; t < 4000; t += 40) film.frame(t, { x: t / 20, match: known('alice', 0.45) });
    expect(film.end()).toEqual(['1 appeared', '1 verdict known alice', '1 left known alice']);
  });

  it('names a person on the very first frame when the look is sure', () => {
    const film = new Film().frame(0, { x: 0, match: known('alice', 0.51) });
    expect(film.lines).toEqual(['1 appeared', '1 verdict known alice']);
  });

  it('waits for a second look when the first is not sure', () => {
    const film = new Film().frame(0, { x: 0, match: known('alice', 0.45) });
    expect(film.lines).toEqual([]);
    film.frame(40, { x: 0, match: known('alice', 0.45) });
    expect(film.lines).toEqual(['1 appeared', '1 verdict known alice']);
  });

  it('ends after the grace, not before, and continues when the face comes back in time', () => {
    const film = new Film()
      .frame(0, { x: 0, match: known('alice', 0.6) })
      .frame(40)
      .frame(900, { x: 0, match: known('alice', 0.6) });
    film.frame(1800);
    expect(film.lines).toEqual(['1 appeared', '1 verdict known alice']);
    film.frame(1941);
    expect(film.lines.at(-1)).toBe('1 left known alice');
  });

  it('gives faces that stand apart tracks of their own', () => {
    const film = new Film();
    for (let t = 0; t < 400; t += 40)
      film.frame(t, { x: 0, match: known('alice', 0.6) }, { x: 500, match: known('bob', 0.6), face: 1 });
    expect(film.lines).toEqual(['1 appeared', '1 verdict known alice', '2 appeared', '2 verdict known bob']);
  });
});

describe('tracker: verdicts', () => {
  it('is unknown after good looks that match nobody', () => {
    const film = new Film();
    for (let t = 0; t <= 80; t += 40) film.frame(t, { x: 0, match: known('alice', 0.1) });
    expect(film.lines).toEqual(['1 appeared', '1 verdict unknown']);
  });

  it('leaves the name open while a face is too far away, and names it when it comes near', () => {
    const film = new Film();
    for (let t = 0; t < 2000; t += 40) film.frame(t, { x: 0, quality: distant, match: known('alice', 0.2) });
    expect(film.lines).toEqual(['1 appeared']);
    film.frame(2000, { x: 0, match: known('alice', 0.7) });
    expect(film.lines.at(-1)).toBe('1 verdict known alice');
  });

  it('is unknown for a face that stays far away, after the configured time', () => {
    const film = new Film();
    for (let t = 0; t < 3000; t += 40) film.frame(t, { x: 0, quality: distant, match: known('alice', 0.2) });
    expect(film.lines).toEqual(['1 appeared']);
    for (let t = 3000; t <= 3120; t += 40)
      film.frame(t, { x: 0, quality: distant, match: known('alice', 0.2) });
    expect(film.lines).toEqual(['1 appeared', '1 verdict unknown']);
  });

  it('is ambiguous when two people are too close to call, never a name', () => {
    const film = new Film();
    for (let t = 0; t <= 400; t += 40) film.frame(t, { x: 0, match: known('alice', 0.6, 0.01) });
    expect(film.end()).toEqual(['1 appeared', '1 verdict ambiguous', '1 left ambiguous']);
  });

  it('does not take a name from one lucky look among many', () => {
    const film = new Film().frame(0, { x: 0, match: known('alice', 0.41) });
    for (let t = 40; t <= 400; t += 40) film.frame(t, { x: 0, match: known('alice', 0.1) });
    expect(film.lines).toEqual(['1 appeared', '1 verdict unknown']);
  });

  it('emits only left, with the reason, for a face that was never usable', () => {
    const film = new Film();
    for (let t = 0; t <= 400; t += 40) film.frame(t, { x: 0, unusable: 'blurred' });
    const { trackEvents } = finish(film.state, policy);
    expect(trackEvents).toMatchObject([{ kind: 'left', verdict: { kind: 'unusable', reason: 'blurred' } }]);
  });

  it('emits a verdict that was still open before left', () => {
    const film = new Film();
    for (let t = 0; t <= 200; t += 40) film.frame(t, { x: 0, quality: distant, match: null });
    expect(film.end()).toEqual(['1 appeared', '1 verdict unknown', '1 left unknown']);
  });
});

describe('tracker: what is announced', () => {
  it('emits nothing for a flicker: found once, then missed in frame after frame', () => {
    const film = new Film().frame(0, { x: 0, match: known('alice', 0.2) });
    for (let t = 40; t <= 2000; t += 40) film.frame(t);
    expect(film.end()).toEqual([]);
  });

  it('announces a face seen once when there were no frames in which to see it again', () => {
    const film = new Film()
      .frame(0, { x: 0, match: known('alice', 0.2) })
      .frame(10_000)
      .frame(20_000)
      .frame(30_000);
    expect(film.lines).toEqual(['1 appeared', '1 verdict unknown', '1 left unknown']);
  });
});

describe('tracker: which face is in a box', () => {
  it('ends the track when another scene shows another face in the same place', () => {
    const film = new Film();
    for (let t = 0; t <= 400; t += 40) film.frame(t, { x: 0, match: known('alice', 0.6) });
    film.cut = true;
    film.frame(440, { x: 40, match: known('bob', 0.7), face: 1 });
    expect(film.lines).toEqual([
      '1 appeared',
      '1 verdict known alice',
      '1 left known alice',
      '2 appeared',
      '2 verdict known bob',
    ]);
  });

  it('keeps the track when the same face moves fast', () => {
    const film = new Film();
    for (let t = 0; t <= 400; t += 40) film.frame(t, { x: (t / 40) * 45, match: known('alice', 0.6) });
    expect(film.lines).toEqual(['1 appeared', '1 verdict known alice']);
  });

  it('decides by the next usable look, not by a blurred one', () => {
    const film = new Film();
    for (let t = 0; t <= 400; t += 40) film.frame(t, { x: 0, match: known('alice', 0.6) });
    film.frame(440, { x: 40, unusable: 'blurred', face: 1 });
    expect(film.lines).toHaveLength(2);
    film.frame(480, { x: 40, match: known('bob', 0.7), face: 1 });
    expect(film.lines.slice(2)).toEqual(['2 appeared', '2 verdict known bob']);
    // Alice may be behind bob: she has left when she was away for long enough.
    for (let t = 520; t <= 1440; t += 40) film.frame(t, { x: 40, match: known('bob', 0.7), face: 1 });
    expect(film.lines.slice(4)).toEqual(['1 left known alice']);
  });
});

describe('tracker: somebody takes the place of another', () => {
  const alice = { x: 0, match: known('alice', 0.6) };
  const bob = { x: 0, match: known('bob', 0.6), face: 1 };
  /** Alice for three seconds; the looks at her are at 0 and 2000 ms, the next one is at 4000 ms. */
  const film = () => {
    const begun = new Film();
    for (let t = 0; t < 3000; t += 40) begun.frame(t, alice);
    return begun;
  };

  it('ends the track with the last look that showed its face, and names the next person on a track of their own', () => {
    const swapped = film();
    for (let t = 3000; t < 6000; t += 40) swapped.frame(t, bob);
    expect(swapped.lines).toEqual([
      '1 appeared',
      '1 verdict known alice',
      '1 left known alice',
      '2 appeared',
      '2 verdict known bob',
    ]);
    const [left, appeared] = swapped.trackEvents.slice(2).map(({ track }) => track);
    expect(left).toMatchObject({ firstSeenMs: 0, lastSeenMs: 2000, frames: 51 });
    expect(appeared).toMatchObject({ firstSeenMs: 4000, lastSeenMs: 4400, frames: 11 });
  });

  it('does so five times in a row, and for people whom nobody knows', () => {
    const many = new Film();
    for (let t = 0; t < 30_000; t += 200)
      many.frame(t, {
        x: 0,
        face: Math.floor(t / 6000),
        match: t < 12_000 ? known(`p${Math.floor(t / 6000)}`, 0.6) : null,
      });
    expect(many.lines.filter((line) => line.includes('verdict'))).toEqual([
      '1 verdict known p0',
      '2 verdict known p1',
      '3 verdict unknown',
      '4 verdict unknown',
      '5 verdict unknown',
    ]);
  });

  it('keeps the track when a single look shows something else', () => {
    const kept = film();
    for (let t = 3000; t < 10_000; t += 40) kept.frame(t, t > 3960 && t < 4100 ? bob : alice);
    expect(kept.end()).toEqual(['1 appeared', '1 verdict known alice', '1 left known alice']);
  });

  it('keeps the track when two looks in a row show two other faces', () => {
    const kept = film();
    for (let t = 3000; t < 5000; t += 40) kept.frame(t, { ...bob, face: 1 + (Math.floor(t / 200) % 7) });
    expect(kept.numbers.at(-1)).toEqual([1]);
  });

  it('keeps the track of a stranger whose first looks, all in one moment, were at a turned head', () => {
    const kept = new Film();
    for (let t = 0; t < 10_000; t += 40) kept.frame(t, { x: 0, match: null, face: t < 200 ? 0 : 1 });
    expect(kept.end()).toEqual(['1 appeared', '1 verdict unknown', '1 left unknown']);
  });

  it('keeps the track when poor looks show something else', () => {
    const kept = film();
    for (let t = 3000; t < 10_000; t += 40) kept.frame(t, { x: 0, match: null, quality: distant, face: 1 });
    expect(kept.numbers.at(-1)).toEqual([1]);
  });

  it.each([
    [
      'begins a track for a face that is surely another person, though it resembles the first',
      'bob',
      0.6,
      0.32,
      2,
    ],
    ['keeps the track for one that may be another person', 'bob', 0.45, 0.32, 1],
    ['keeps the track for a face that resembles it more than a photo would', 'bob', 0.6, 0.5, 1],
    ['keeps the track for another look at the same person', 'alice', 0.6, 0.32, 1],
  ])('%s', (_, person, similarity, likeness, number) => {
    const next = film();
    const face = between(0, 1, likeness);
    for (let t = 3000; t < 4600; t += 40) next.frame(t, { x: 0, match: known(person, similarity), face });
    expect(next.numbers.at(-1)).toEqual([number]);
  });

  it('lets two who change places continue their tracks', () => {
    const pair = new Film();
    for (let t = 0; t < 3000; t += 40) pair.frame(t, alice, { ...bob, x: 130 });
    for (let t = 3000; t < 6000; t += 40) pair.frame(t, { ...alice, x: 130 }, bob);
    expect(pair.numbers.at(-1)).toEqual([1, 2]);
    expect(pair.lines.filter((line) => line.includes('verdict'))).toHaveLength(2);
  });

  it('compares a look that was set aside with no other gallery than its own', () => {
    const swapped = film();
    for (let t = 3000; t < 4200; t += 40) swapped.frame(t, bob);
    expect(swapped.state.tracks).toMatchObject([{ suspicion: { look: { match: { person: 'bob' } } } }]);
    swapped.gallery(2, (embedding) => (embedding[0] > 0.5 ? known('alice', 0.6) : null));
    for (let t = 4200; t < 8000; t += 40) swapped.frame(t, { x: 0, match: null, face: 1 });
    expect(swapped.lines.slice(2)).toEqual(['1 left known alice', '2 appeared', '2 verdict unknown']);
  });
});

describe('isEmbeddingDue', () => {
  it('is true for a face under suspicion once more before the slow interval is over', () => {
    const film = new Film();
    for (let t = 0; t < 3000; t += 40) film.frame(t, { x: 0, match: known('alice', 0.6) });
    const before = film.looked.length;
    for (let t = 3000; t < 6000; t += 40) film.frame(t, { x: 0, match: known('bob', 0.6), face: 1 });
    expect(film.looked.slice(before).reduce((sum, count) => sum + count, 0)).toBe(2);
  });

  it('is true for a named face at the slow interval only', () => {
    const film = new Film();
    for (let t = 0; t < 8000; t += 40) film.frame(t, { x: 0, match: known('alice', 0.6) });
    const looks = film.looked.reduce((sum, count) => sum + count, 0);
    expect(looks).toBe(4);
  });

  it('is true for an open face at the short interval once it has had its first looks', () => {
    const film = new Film();
    for (let t = 0; t < 1000; t += 20) film.frame(t, { x: 0, quality: distant, match: known('alice', 0.2) });
    const looks = film.looked.reduce((sum, count) => sum + count, 0);
    expect(looks).toBeLessThanOrEqual(3 + 10);
  });
});

describe('finish', () => {
  it('lets the same frames give the same events again, with numbers that go on', () => {
    const play = () => {
      const film = new Film();
      for (let t = 0; t < 2000; t += 40)
        film.frame(t, { x: 0, match: known('alice', 0.45) }, { x: 300 - t / 8, match: null, face: 1 });
      return film.end();
    };
    expect(play()).toEqual(play());
    const film = new Film().frame(0, { x: 0, match: known('alice', 0.6) });
    film.end();
    film.frame(0, { x: 0, match: known('alice', 0.6) });
    expect(film.lines.at(-1)).toBe('2 verdict known alice');
  });
});
