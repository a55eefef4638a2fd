import { describe, expect, it } from 'vitest';
import { finish } from '../../src/track/tracker.js';
import { distant, Film, known, policy } from '../helpers/film.js';

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

  it('tracks an uncertain face only when it was certain before', () => {
    const film = new Film();
    for (let t = 0; t <= 200; t += 40) film.frame(t, { x: 0, score: 0.55 });
    expect(film.state.tracks).toEqual([]);
    film.frame(240, { x: 0, score: 0.8 }).frame(280, { x: 0, score: 0.55 });
    expect(film.state.tracks).toMatchObject([{ frames: 2 }]);
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

describe('isEmbeddingDue', () => {
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
