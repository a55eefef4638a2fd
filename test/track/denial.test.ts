import { describe, expect, it } from 'vitest';
import { denied } from '../../src/track/denial.js';
import { Film, known } from '../helpers/film.js';

const alice = known('alice', 0.7);
const always = { lookEveryMs: 0, relookEveryMs: 0 };
const seen = () => new Film(always).frame(0, { x: 0, match: alice }).frame(100, { x: 0, match: alice });

describe('denied', () => {
  it('withdraws the name with the next frame, and never gives it again', () => {
    const film = seen();
    film.state = denied(film.state, 1, 'alice');
    for (let t = 200; t < 1000; t += 100) film.frame(t, { x: 0, match: alice });
    expect(film.end()).toEqual([
      '1 appeared',
      '1 verdict known alice',
      '1 verdict unknown not alice',
      '1 left unknown',
    ]);
  });

  it('withdraws the name of a track that ends before another frame', () => {
    const film = seen();
    film.state = denied(film.state, 1, 'alice');
    expect(film.end().slice(2)).toEqual(['1 verdict unknown not alice', '1 left unknown']);
  });

  it('lets the track be somebody else, and keeps the name off when the gallery changes', () => {
    const film = seen();
    film.state = denied(film.state, 1, 'alice');
    film.frame(200, { x: 0, match: alice }).gallery(2, () => alice);
    film.frame(300, { x: 0, match: alice }).gallery(3, () => known('bob', 0.8));
    film.frame(400, { x: 0, match: known('bob', 0.8) });
    expect(film.end().slice(2)).toEqual([
      '1 verdict unknown not alice',
      '1 verdict known bob',
      '1 left known bob',
    ]);
  });

  it('leaves other tracks, and a track that is somebody else anyway, as they are', () => {
    const film = seen();
    film.state = denied(denied(film.state, 7, 'alice'), 1, 'bob');
    film.frame(200, { x: 0, match: alice });
    expect(film.end()).toEqual(['1 appeared', '1 verdict known alice', '1 left known alice']);
  });
});
