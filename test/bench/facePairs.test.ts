import { describe, expect, it } from 'vitest';
import { compareFaces, type LabelledFace } from '../../bench/facePairs.js';

const { signal } = new AbortController();

/** A face at an angle in the plane: the similarity of two is the cosine of the angle between them. */
function face(person: string, file: string, deg: number, look: LabelledFace['look'] = 'frontal') {
  const angle = (deg * Math.PI) / 180;
  return { person, file, embedding: Float32Array.of(Math.cos(angle), Math.sin(angle)), look };
}

describe('compareFaces', () => {
  const gallery = [face('a', 'a1', 0), face('b', 'b1', 90), face('b', 'b2', 60)];

  it('takes each pair of different people once, and a person by the nearest photo', async () => {
    const known = [face('b', 'b3', 75, 'poor')];
    const { different, same, toPeople, copies } = await compareFaces(gallery, known, signal);
    expect([...different].map((s) => s.toFixed(2))).toEqual(['0.00', '0.50', '0.26']);
    expect(same).toEqual({ frontal: [], turned: [], poor: [expect.closeTo(Math.cos(Math.PI / 12), 5)] });
    expect(toPeople[0]).toEqual(Float32Array.of(Number.NaN, 0.5));
    expect(toPeople[3][1]).toBeNaN();
    expect(copies).toEqual([]);
  });

  it('names a face under two names, and leaves the pair out', async () => {
    const known = [face('a', 'a2', 85)];
    const { different, toPeople, copies } = await compareFaces(gallery.slice(0, 2), known, signal);
    expect(copies).toEqual([{ files: ['a2', 'b1'], similarity: expect.closeTo(0.996, 3) }]);
    expect(different).toHaveLength(1);
    expect(toPeople[2][1]).toBeNaN();
  });

  it('refuses more photos than fit into the memory', async () => {
    const many = Array.from({ length: 8000 }, () => gallery[0]);
    await expect(compareFaces(many, [], signal)).rejects.toThrow(
      /8000 photos in the gallery .* too many pairs/,
    );
  });
});
