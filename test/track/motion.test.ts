import { describe, expect, it } from 'vitest';
import { assign } from '../../src/track/assign.js';
import { beginMotion, boxOf, correct, predict } from '../../src/track/kalman.js';
import { between, distant, Film, known } from '../helpers/film.js';
import { randomNumbers } from '../helpers/random.js';

describe('predict and correct', () => {
  it.each([
    [25, 40],
    [5, 200],
    [2, 500],
  ])('foresee a steady face at %i frames per second', (_, everyMs) => {
    const box = (timeMs: number) => ({ x1: timeMs / 5, y1: 50, x2: timeMs / 5 + 100, y2: 170 });
    let motion = beginMotion(box(0));
    for (let t = everyMs; t <= 3000; t += everyMs) motion = correct(predict(motion, everyMs), box(t));
    const next = 3000 + everyMs;
    expect(Math.abs(boxOf(predict(motion, everyMs)).x1 - box(next).x1)).toBeLessThan(5);
  });

  it('move a face ahead for half a second at most', () => {
    let motion = beginMotion({ x1: 0, y1: 0, x2: 100, y2: 100 });
    for (let i = 1; i <= 10; i++)
      motion = correct(predict(motion, 100), { x1: i * 20, y1: 0, x2: i * 20 + 100, y2: 100 });
    expect(boxOf(predict(motion, 10_000)).x1).toBeLessThan(320);
  });
});

describe('assign', () => {
  it('finds the best sum where taking the best pair first would not', () => {
    const scores = [
      [0.9, 0.8],
      [0.8, 0],
    ];
    expect(assign(scores, 2)).toEqual([1, 0]);
  });

  it('leaves out what does not fit, whatever the numbers of rows and columns', () => {
    expect(assign([[0, 0.5, 0]], 3)).toEqual([1]);
    expect(assign([[0.3], [0.6], [0]], 1)).toEqual([-1, 0, -1]);
    expect(assign([], 2)).toEqual([]);
  });

  it('is never worse than any other, over random scores', () => {
    const random = randomNumbers(7);
    for (let round = 0; round < 200; round++) {
      const scores = Array.from({ length: 4 }, () => Array.from({ length: 4 }, random));
      const sum = (columns: number[]) => columns.reduce((all, column, row) => all + scores[row][column], 0);
      const best = Math.max(...permutations([0, 1, 2, 3]).map(sum));
      expect(sum(assign(scores, 4))).toBeCloseTo(best, 9);
    }
  });
});

describe('follow', () => {
  it.each([
    [25, 40],
    [5, 200],
    [2, 500],
  ])('keeps a walking face on one track at %i frames per second', (_, everyMs) => {
    const film = new Film();
    // A face of 100 px that crosses a picture of 1280 px within 8 s.
    for (let t = 0; t < 8000; t += everyMs) film.frame(t, { x: t * 0.15, match: known('alice', 0.6) });
    expect(film.end()).toEqual(['1 appeared', '1 verdict known alice', '1 left known alice']);
  });

  it('keeps a face when frames are left out and media time jumps', () => {
    const film = new Film();
    const random = randomNumbers(3);
    for (let t = 0; t < 8000; t += 40 + Math.floor(random() * 400))
      film.frame(t, { x: t * 0.15, match: known('alice', 0.6) });
    expect(film.end()).toEqual(['1 appeared', '1 verdict known alice', '1 left known alice']);
  });

  it('continues a track with an uncertain face in the second step, beside a certain one', () => {
    const film = new Film();
    for (let t = 0; t <= 400; t += 40) film.frame(t, { x: 0 }, { x: 300, face: 1 });
    for (let t = 440; t <= 800; t += 40) film.frame(t, { x: 0, score: 0.5 }, { x: 300, face: 1 });
    expect(film.numbers.every(([a, b]) => a === 1 && b === 2)).toBe(true);
  });

  it('gives a certain face the track even if an uncertain one fits better', () => {
    const film = new Film();
    for (let t = 0; t <= 400; t += 40) film.frame(t, { x: 0 });
    film.frame(440, { x: 2, score: 0.5 }, { x: 10, score: 0.9 });
    expect(film.numbers.at(-1)).toEqual([null, 1]);
  });

  it.each([
    [25, 40],
    [5, 200],
  ])('keeps the tracks of faces that cross, at %i frames per second', (_, everyMs) => {
    const film = new Film();
    for (let t = 0; t <= 4000; t += everyMs) {
      const alice = { x: t * 0.2, match: known('alice', 0.6), face: 0 };
      const bob = { x: 800 - t * 0.2, match: known('bob', 0.6), face: 1 };
      // Where they meet, only the one in front is found.
      const hidden = Math.abs(alice.x - bob.x) < 70;
      film.frame(t, ...(hidden ? [alice] : [alice, bob]));
    }
    expect(film.numbers.at(-1)).toEqual([1, 2]);
    expect(film.lines.filter((line) => line.includes('verdict'))).toEqual([
      '1 verdict known alice',
      '2 verdict known bob',
    ]);
  });

  it.each([
    ['two', [0, 110]],
    ['three', [0, 110, 220]],
    ['four', [0, 110, 220, 330]],
  ])('keeps the tracks of %s who walk side by side, each into the place of the next', (_, places) => {
    const film = new Film();
    for (let t = 0; t <= 2000; t += 200)
      film.frame(t, ...places.map((x, face) => ({ x: x + t * 0.55, match: known(`p${face}`, 0.6), face })));
    expect(film.numbers.at(-1)).toEqual(places.map((_, face) => face + 1));
    expect(film.lines.filter((line) => line.includes('appeared'))).toHaveLength(places.length);
  });

  it('keeps the track of a person beside whom somebody walks whose face is too small to be judged', () => {
    const film = new Film();
    for (let t = 0; t <= 1600; t += 200)
      film.frame(
        t,
        { x: t * 0.4, match: known('alice', 0.6) },
        { x: t * 0.4 - 80, y: 20, size: 70, unusable: 'too_small', face: 1 },
      );
    expect(film.numbers.every(([alice]) => alice === 1)).toBe(true);
    expect(film.lines.filter((line) => line.endsWith('appeared'))).toHaveLength(2);
  });

  it('keeps the track of a small face that jumps further than is likely', () => {
    const small = { quality: { ...distant, sizePx: 20 }, size: 50 };
    const film = new Film();
    for (let t = 0; t <= 1000; t += 200) film.frame(t, { ...small, x: t * 0.5, match: known('alice', 0.6) });
    expect(film.numbers.every(([number]) => number === 1)).toBe(true);
  });

  it('looks at nobody again where everybody is where expected', () => {
    const film = new Film();
    for (let t = 0; t <= 1800; t += 200)
      film.frame(t, { x: 0, match: known('alice', 0.6) }, { x: 110, match: known('bob', 0.6), face: 1 });
    expect(film.looked).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('keeps the track of a person who looks different just when somebody comes, and is nobody else', () => {
    const film = new Film();
    for (let t = 0; t <= 1000; t += 200) film.frame(t, { x: 0, match: known('alice', 0.6) });
    film.frame(1200, { x: 0, match: known('alice', 0.3), face: 2 }, { x: 80, face: 1 });
    expect(film.looked.at(-1)).toBe(2);
    expect(film.numbers.at(-1)).toEqual([1, 2]);
  });

  it('looks again at the face beside one that has gone, once', () => {
    const film = new Film();
    const [alice, bob] = [
      { x: 0, match: known('alice', 0.6) },
      { x: 80, match: known('bob', 0.6), face: 1 },
    ];
    for (let t = 0; t <= 1000; t += 200) film.frame(t, alice, bob);
    for (let t = 1200; t <= 1800; t += 200) film.frame(t, bob);
    expect(film.looked.slice(-4)).toEqual([1, 0, 0, 0]);
    expect(film.numbers.at(-1)).toEqual([2]);
  });

  it('keeps two faces apart that swap places between frames', () => {
    const film = new Film();
    const at = (x: number, name: string, face: number) => ({ x, match: known(name, 0.6), face });
    for (let t = 0; t <= 1000; t += 500) film.frame(t, at(0, 'alice', 0), at(110, 'bob', 1));
    film.frame(1500, at(60, 'bob', 1), at(120, 'alice', 0));
    film.frame(2000, at(0, 'bob', 1), at(110, 'alice', 0));
    expect(film.numbers.at(-1)).toEqual([2, 1]);
  });

  it('continues a track when its face comes back elsewhere from behind somebody within the grace', () => {
    const film = new Film();
    for (let t = 0; t <= 400; t += 40) film.frame(t, { x: 0, match: known('alice', 0.6) });
    for (let t = 440; t <= 1000; t += 40) film.frame(t);
    film.frame(1040, { x: 260, match: known('alice', 0.6) });
    film.frame(1080, { x: 265, match: known('alice', 0.6) });
    expect(film.end()).toEqual(['1 appeared', '1 verdict known alice', '1 left known alice']);
  });

  it('begins a track for another face that comes from there', () => {
    const film = new Film();
    for (let t = 0; t <= 400; t += 40) film.frame(t, { x: 0, match: known('alice', 0.6) });
    for (let t = 440; t <= 1000; t += 40) film.frame(t);
    film.frame(1040, { x: 260, match: known('bob', 0.6), face: 1 });
    expect(film.numbers.at(-1)).toEqual([2]);
  });
});

describe('follow at a cut', () => {
  it('ends the tracks that are not found again, at once', () => {
    const film = new Film();
    for (let t = 0; t <= 400; t += 40) film.frame(t, { x: 0, match: known('alice', 0.6) });
    film.cut = true;
    film.frame(440);
    expect(film.lines.at(-1)).toBe('1 left known alice');
  });

  it('gives no name to a face in the same place that cannot be judged', () => {
    const film = new Film();
    for (let t = 0; t <= 400; t += 40) film.frame(t, { x: 0, match: known('alice', 0.6) });
    film.cut = true;
    film.frame(440, { x: 0, unusable: 'turned', face: 1 });
    expect(film.lines.at(-1)).toBe('1 left known alice');
    expect(film.numbers.at(-1)).toEqual([2]);
  });

  it('waits for a usable look where frames are far apart and the picture has changed as at a cut', () => {
    const shown = (next: number) => {
      const film = new Film();
      for (let t = 0; t <= 1500; t += 500) film.frame(t, { x: 0, match: known('alice', 0.6) });
      film.cut = true;
      film.frame(2000, { x: 0, unusable: 'turned', face: next });
      film.frame(2500, { x: 0, unusable: 'turned', face: next });
      film.frame(3000, {
        x: 0,
        match: known(next === 0 ? 'alice' : 'bob', 0.7),
        face: between(0, 1, next === 0 ? 1 : 0.5),
      });
      return film.end();
    };
    expect(shown(0)).toEqual(['1 appeared', '1 verdict known alice', '1 left known alice']);
    // As similar as this, it would still be the same face had there been no change.
    expect(shown(1)).toContain('2 verdict known bob');
  });

  it('continues the track of a face that proves to be the same', () => {
    const film = new Film();
    for (let t = 0; t <= 400; t += 40) film.frame(t, { x: 0, match: known('alice', 0.6) });
    film.cut = true;
    film.frame(440, { x: 5, match: known('alice', 0.6) });
    expect(film.numbers.at(-1)).toEqual([1]);
  });
});

function permutations(items: number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}
