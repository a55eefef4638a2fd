import { describe, expect, it } from 'vitest';
import { normalise } from '../../src/face/embedding.js';
import { type ComparedPhoto, findingsAmong } from '../../src/gallery/findings.js';
import { good as quality } from '../helpers/film.js';

/** A photo in use whose embedding points in a direction. */
function photo(name: string, direction: number[], sha256: string | null = name): ComparedPhoto {
  const embedding = Float32Array.from(direction);
  normalise(embedding);
  return { person: name.split('/')[0], name, sha256, result: { state: 'used', embedding, quality } };
}

const alice = [photo('alice/a.jpg', [1, 0.1, 0]), photo('alice/b.jpg', [1, 0, 0.2])];
const bob = [photo('bob/a.jpg', [0, 1, 0]), photo('bob/b.jpg', [0.2, 1, 0.1])];

describe('findingsAmong', () => {
  it('finds nothing where all photos of a person are alike, and people are not', () => {
    expect(findingsAmong([...alice, ...bob], 0.4)).toEqual([]);
  });

  it('reports a file that two people have, but not one that a person has twice', () => {
    const double = [photo('alice/c.jpg', [1, 0, 0], 'same'), photo('alice/d.jpg', [1, 0, 0], 'same')];
    expect(findingsAmong(double, 0.4)).toEqual([]);
    const findings = findingsAmong([double[0], photo('carol/a.jpg', [1, 0, 0], 'same')], 0.4);
    expect(findings).toMatchObject([{ photo: 'carol/a.jpg', person: 'carol', fault: 'same_file' }]);
    expect(findings[0].message).toBe('is the same file as alice/c.jpg; use each photo for one person');
  });

  it('reports one person under two names once, by the photos that are most alike', () => {
    const findings = findingsAmong([...alice, photo('ally/x.jpg', [1, 0.1, 0.01]), ...bob], 0.4);
    expect(findings).toMatchObject([{ photo: 'ally/x.jpg', person: 'ally', fault: 'alike' }]);
    expect(findings[0].message).toMatch(
      /^looks like alice\/a.jpg \(1.00\), .*alice and ally will be ambiguous/,
    );
  });

  it('reports a file that many people have once per further person, and one person under many names once per further name', () => {
    const copies = Array.from({ length: 6 }, (_, n) => photo(`p${n}/a.jpg`, [1, 0, 0], 'same'));
    const names = Array.from({ length: 6 }, (_, n) => photo(`q${n}/a.jpg`, [0, 1, n / 100]));
    const faults = findingsAmong([...copies, ...names], 0.4).map(({ fault }) => fault);
    expect(faults.filter((fault) => fault === 'same_file')).toHaveLength(5);
    expect(faults.filter((fault) => fault === 'alike')).toHaveLength(5);
  });

  it('reports each of several files that two people share', () => {
    const both = ['alice', 'bob'].flatMap((name) => [
      photo(`${name}/a.jpg`, [1, 0, 0], 'one'),
      photo(`${name}/b.jpg`, [1, 0.2, 0], 'other'),
    ]);
    expect(findingsAmong(both, 0.4).map(({ photo, fault }) => [photo, fault])).toEqual([
      ['bob/a.jpg', 'same_file'],
      ['bob/b.jpg', 'same_file'],
    ]);
  });

  it('reports a photo of somebody else, and whom it shows rather', () => {
    const wrong = photo('alice/wrong.jpg', [0, 1, 0.6]);
    const findings = findingsAmong([...alice, wrong, ...bob], 0.6);
    expect(findings).toMatchObject([{ photo: 'alice/wrong.jpg', person: 'alice', fault: 'unlike' }]);
    expect(findings[0].message).toMatch(
      /^is unlike alice\/b.jpg, .*, and rather like bob\/b.jpg \(0.8\d\); remove/,
    );
  });

  it('reports two photos that are unlike each other once', () => {
    const findings = findingsAmong([alice[0], photo('alice/z.jpg', [0, 0, 1])], 0.4);
    expect(findings.map(({ fault }) => fault)).toEqual(['unlike']);
  });

  it('can be limited to the findings about one photo', () => {
    const all = [...alice, photo('ally/x.jpg', [1, 0.1, 0]), photo('bob/new.jpg', [0, 0, 1]), ...bob];
    const about = (name: string) => findingsAmong(all, 0.4, (photo) => photo === name);
    expect(about('bob/new.jpg').map(({ photo, fault }) => [photo, fault])).toEqual([
      ['bob/new.jpg', 'unlike'],
    ]);
    expect(about('bob/a.jpg')).toEqual([]);
    expect(about('ally/x.jpg').map(({ fault }) => fault)).toEqual(['alike']);
  });
});
