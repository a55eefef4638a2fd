import { describe, expect, it } from 'vitest';
import { cosine } from '../../src/face/embedding.js';
import { comparedFaces, GallerySnapshot } from '../../src/gallery/snapshot.js';
import { Matcher } from '../../src/worker/matcher.js';
import { randomNumbers, randomUnit } from '../helpers/random.js';

describe('Matcher', () => {
  it.each([1, 3, 4, 9])('matches %i probe(s) like cosines computed one by one', async (count) => {
    const dimension = 96;
    const random = randomNumbers();
    const faces = Array.from({ length: 500 }, (_, i) => ({
      person: `p${i % 70}`,
      embedding: randomUnit(dimension, random),
    }));
    const snapshot = new GallerySnapshot(faces, dimension);
    const probes = Array.from({ length: count }, () => randomUnit(dimension, random));
    const found = await (await Matcher.load()).match(probes, snapshot.matrix);
    for (const [index, probe] of probes.entries()) {
      const best = new Map<string, number>();
      for (const { person, embedding } of comparedFaces(faces))
        best.set(person, Math.max(best.get(person) ?? -2, cosine(probe, embedding)));
      const [first, second] = [...best].sort((a, b) => b[1] - a[1]);
      const match = snapshot.toMatch(found[index]);
      expect(match).toMatchObject({ person: first[0], runnerUp: second[0] });
      expect(match?.similarity).toBeCloseTo(first[1], 5);
      expect(match?.margin).toBeCloseTo(first[1] - second[1], 5);
    }
  });

  it('uses a new gallery as soon as it is given one', async () => {
    const matcher = await Matcher.load();
    const [a, b] = [Float32Array.from([1, 0]), Float32Array.from([0, 1])];
    const before = new GallerySnapshot([{ person: 'old', embedding: a }], 2);
    const after = new GallerySnapshot(
      [
        { person: 'new', embedding: a },
        { person: 'other', embedding: b },
      ],
      2,
    );
    expect(before.toMatch((await matcher.match([a], before.matrix))[0])).toMatchObject({
      person: 'old',
      margin: null,
      runnerUp: null,
    });
    expect(after.toMatch((await matcher.match([a], after.matrix))[0])).toMatchObject({
      person: 'new',
      margin: 1,
    });
  });

  it('finds nobody in an empty gallery', async () => {
    const empty = new GallerySnapshot([], 2);
    const [nearest] = await (await Matcher.load()).match([Float32Array.from([1, 0])], empty.matrix);
    expect(empty.toMatch(nearest)).toBeNull();
  });
});
