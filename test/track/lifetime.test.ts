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
