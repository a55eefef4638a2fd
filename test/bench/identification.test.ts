import { describe, expect, it } from 'vitest';
import { draw, identify, type Probe, sizesWithin } from '../../bench/identification.js';
import { randomNumbers } from '../../bench/random.js';

const DIMENSION = 8;
const { signal } = new AbortController();

/** A vector along one axis, turned towards the next one. @param cosine to the axis, 0..1 */
function along(axis: number, cosine = 1): Float32Array {
  const vector = new Float32Array(DIMENSION);
  vector[axis] = cosine;
  vector[(axis + 1) % DIMENSION] = Math.sqrt(1 - cosine ** 2);
  return vector;
}

const gallery = Array.from({ length: 6 }, (_, axis) => ({ person: `p${axis}`, embedding: along(axis) }));
const base = {
  gallery,
  known: [] as Probe[],
  strangers: [] as Probe[],
  draws: 5,
  policy: { threshold: 0.6, margin: 0.1, odds: null },
  dimension: DIMENSION,
  signal,
};

describe('sizesWithin', () => {
  it('sorts sizes, and turns those beyond the data into all people, once', () => {
    expect(sizesWithin([100, 10, 300, 1000], 250)).toEqual([10, 100, 250]);
    expect(sizesWithin([10], 0)).toEqual([]);
  });
});

describe('draw', () => {
  it('repeats with the same seed, without taking anybody twice', () => {
    const people = Array.from({ length: 50 }, (_, index) => index);
    const [first, again] = [1, 1].map((seed) => draw(people, 20, randomNumbers(seed)));
    expect(again).toEqual(first);
    expect(new Set(first).size).toBe(20);
    expect(draw(people, 20, randomNumbers(2))).not.toEqual(first);
    expect(draw(people, 50, randomNumbers(1)).sort((a, b) => a - b)).toEqual(people);
  });

  it('takes everybody about equally often', () => {
    const random = randomNumbers(1);
    const counts = [0, 0, 0, 0];
    for (let round = 0; round < 2000; round++) for (const one of draw([0, 1, 2, 3], 2, random)) counts[one]++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(100);
  });
});

describe('identify', () => {
  it('judges known people and strangers by threshold and margin', async () => {
    const known = [
      { person: 'p0', embedding: along(0, 0.9) },
      // Nearer to p2 than to p1.
      { person: 'p1', embedding: along(1, 0.5) },
      // 0.71 to both p2 and p3.
      { person: 'p2', embedding: along(2, Math.SQRT1_2) },
      { person: 'p3', embedding: along(6, 0.9) },
      { person: 'p4', embedding: null },
    ];
    const strangers = [
      { person: 's0', embedding: along(4, 0.95) },
      { person: 's1', embedding: along(4, Math.SQRT1_2) },
      { person: 's2', embedding: along(6) },
    ];
    const [row, ...more] = await identify({ ...base, known, strangers, sizes: [100] });
    expect(more).toEqual([]);
    expect(row).toEqual({
      people: 6,
      draws: 1,
      threshold: 0.6,
      known: { photos: 5, right: 1, wrong: 1, ambiguous: 1, unknown: 1, unusable: 1 },
      strangers: { photos: 3, right: 0, wrong: 1, ambiguous: 1, unknown: 1, unusable: 0 },
    });
  });

  it('probes small galleries with the photos of those who were drawn, in every draw', async () => {
    const known = gallery.map(({ person, embedding }) => ({ person, embedding }));
    const strangers = [{ person: 's', embedding: along(7) }];
    const rows = await identify({ ...base, known, strangers, sizes: [2, 4] });
    expect(rows.map(({ people, draws }) => [people, draws])).toEqual([
      [2, 5],
      [4, 5],
    ]);
    expect(rows.map(({ known }) => [known.photos, known.right])).toEqual([
      [10, 10],
      [20, 20],
    ]);
    expect(rows.map(({ strangers }) => strangers.photos)).toEqual([5, 5]);
  });

  it('gives a size the same result whichever other sizes are measured', async () => {
    const strangers = Array.from({ length: 8 }, (_, axis) => ({ person: 's', embedding: along(axis) }));
    const [alone] = await identify({ ...base, strangers, draws: 3, sizes: [3] });
    const [, beside] = await identify({ ...base, strangers, draws: 3, sizes: [2, 3] });
    expect(beside).toEqual(alone);
  });

  it('draws people without a usable photo like any other, and does not name them', async () => {
    const blank = gallery.map(({ person }) => ({ person, embedding: null }));
    const [whole] = await identify({ ...base, known: gallery, sizes: [3] });
    const [row] = await identify({ ...base, gallery: blank, known: gallery, sizes: [3] });
    expect(whole.known).toMatchObject({ photos: 15, right: 15 });
    expect(row.known).toMatchObject({ photos: 15, right: 0, unknown: 15 });
  });

  it('ends when interrupted', async () => {
    const strangers = [{ person: 's', embedding: along(7) }];
    await expect(
      identify({ ...base, strangers, sizes: [2], signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'interrupted' });
  });
});
