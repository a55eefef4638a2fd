import { describe, expect, it } from 'vitest';
import { Film, known } from '../helpers/film.js';

describe('tracker: uncertain faces', () => {
  it('tracks an uncertain face only when it was certain before', () => {
    const film = new Film();
    for (let t = 0; t <= 200; t += 40) film.frame(t, { x: 0, score: 0.55 });
    expect(film.state.tracks).toEqual([]);
    film.frame(240, { x: 0, score: 0.8 }).frame(280, { x: 0, score: 0.55 });
    expect(film.state.tracks).toMatchObject([{ frames: 2 }]);
  });

  it('announces a face by what is certain alone, and a flicker that uncertain ones continue not at all', () => {
    const film = new Film().frame(0, { x: 0, score: 0.8 });
    for (let t = 40; t <= 400; t += 40) film.frame(t, { x: 0, score: 0.55 });
    expect(film.lines).toEqual([]);
    expect(film.frame(440, { x: 0, score: 0.8 }).lines).toContain('1 appeared');

    const flicker = new Film().frame(0, { x: 0, score: 0.8 });
    for (let t = 40; t <= 160; t += 40) flicker.frame(t, { x: 0, score: 0.55 });
    expect(flicker.end()).toEqual([]);
  });

  it('lets go of what was not certain for ten seconds, but not of a face that is now and then', () => {
    const film = new Film();
    for (let t = 0; t <= 30_000; t += 100) film.frame(t, { x: 0, score: t % 9000 < 200 ? 0.8 : 0.55 });
    expect(film.state.tracks).toMatchObject([{ number: 1, frames: 301 }]);
    for (let t = 30_100; t <= 45_000; t += 100) film.frame(t, { x: 0, score: 0.55 });
    expect(film.state.tracks).toEqual([]);
    expect(film.lines.filter((line) => line.includes('left'))).toHaveLength(1);
  });

  it.each([
    [0.55, []],
    [0.8, ['2 appeared', '2 left']],
  ])('reports what proves not to be the face of its track only if it is certain (%f)', (score, reported) => {
    const film = new Film();
    for (let t = 0; t <= 400; t += 40) film.frame(t, { x: 0, match: known('alice', 0.7) });
    film.frame(900, { x: 0, score, face: 1 });
    expect(film.numbers.at(-1)).toEqual([2]);
    const lines = film.end().filter((line) => /^2 (appeared|left)/.test(line));
    expect(lines.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(reported);
  });

  it('names a face of which hardly anything is certain', () => {
    const film = new Film().frame(0, { x: 0, score: 0.8 });
    film.frame(40, { x: 0, score: 0.55, match: known('alice', 0.7) });
    film.frame(300, { x: 0, score: 0.55, match: known('alice', 0.7) });
    film.frame(600, { x: 0, score: 0.55, match: known('alice', 0.7) });
    expect(film.lines).toEqual(['1 appeared', '1 verdict known alice']);
  });

  it('counts still frames as the frame before them', () => {
    const film = new Film().frame(0, { x: 0, score: 0.8 });
    expect(film.still(2, 80).frame(120, { x: 0, score: 0.55 }).lines).toEqual(['1 appeared']);

    const other = new Film();
    for (let t = 0; t <= 400; t += 40) other.frame(t, { x: 0, match: known('alice', 0.7) });
    other.frame(900, { x: 0, score: 0.55, face: 1 }).still(5, 1400).frame(1440, { x: 0, score: 0.55 });
    expect(other.numbers.at(-1)).toEqual([2]);
    expect(other.end().filter((line) => line.startsWith('2'))).toEqual([]);
  });
});
