import { describe, expect, it } from 'vitest';
import { Film, known } from '../helpers/film.js';

describe('afterGap', () => {
  const alice = known('alice', 0.7);

  it('lets a track go on whose face is found only some frames after the gap', () => {
    const film = new Film({ graceMs: 500 }).frame(0, { x: 0, match: alice }).frame(100, { x: 0 });
    film.gap(4000).frame(4000).frame(4100).frame(4500, { x: 5, match: alice });
    expect(film.lines).toEqual(['1 appeared', '1 verdict known alice']);
    film.frame(4600).frame(5000).frame(5100);
    expect(film.lines.at(-1)).toBe('1 left known alice');
  });

  it('ends a track whose face is not found again within the grace after the gap', () => {
    const film = new Film({ graceMs: 500 }).frame(0, { x: 0, match: alice }).frame(100, { x: 0 });
    film.gap(4000).frame(4000).frame(4100).frame(4500).frame(4600);
    expect(film.lines.at(-1)).toBe('1 left known alice');
  });

  it('puts every face to the test, however short the gap: another one gets its own track', () => {
    const film = new Film().frame(0, { x: 0, match: alice }).frame(100, { x: 0 });
    film.gap(200).frame(200, { x: 0, face: 1, match: known('bob', 0.7) });
    expect(film.numbers.at(-1)).toEqual([2]);
    expect(film.lines).toContain('2 verdict known bob');
    expect(
      new Film()
        .frame(0, { x: 0, match: alice })
        .frame(100, { x: 0 })
        .frame(200, { x: 0, face: 1 })
        .numbers.at(-1),
    ).toEqual([1]);
  });
});

describe('throughStill', () => {
  const alice = known('alice', 0.7);
  const seen = () =>
    new Film().frame(0, { x: 0, match: alice }).frame(100, { x: 0 }).frame(200, { x: 0, match: alice });

  it('keeps a face in view for as long as nothing moves, without a pause that would open it to doubt', () => {
    const film = seen().still(600, 60_200).frame(60_300, { x: 0 });
    const [track] = film.state.tracks;
    expect(film.numbers.at(-1)).toEqual([1]);
    expect(track).toMatchObject({ frames: 604, lastSeenMs: 60_300, missed: 0 });
    expect(track.doubt).toBeNull();
    expect(film.lines).toEqual(['1 appeared', '1 verdict known alice']);
  });

  it('counts a face that leaves as seen until then', () => {
    const film = seen().still(100, 10_200).frame(10_300).frame(10_800).frame(11_300);
    expect(film.trackEvents.at(-1)).toMatchObject({
      kind: 'left',
      track: { lastSeenMs: 10_200, frames: 103 },
    });
  });

  it('ends a track whose face was gone before, as frames without it do', () => {
    const film = seen().frame(300).still(30, 3300).frame(3400);
    expect(film.trackEvents.at(-1)).toMatchObject({ kind: 'left', track: { lastSeenMs: 200, frames: 3 } });
  });

  it('forgets a flicker of the detector that is missed while nothing moves', () => {
    const film = new Film().frame(0, { x: 0 }).frame(100).still(20, 2100).frame(2200);
    expect(film.lines).toEqual([]);
  });

  it('sees a cut as one between neighbouring frames', () => {
    const film = seen().still(100, 10_200);
    film.cut = true;
    film.frame(10_300, { x: 300, face: 1 });
    expect(film.lines).toContain('1 left known alice');
  });
});
