import { describe, expect, it } from 'vitest';
import type { ComparedPhoto } from '../../src/gallery/comparison.js';
import { findingsAmong } from '../../src/gallery/findings.js';
import { copy, photo } from '../helpers/compared.js';

const alice = [photo('alice/a.jpg', [1, 0.1, 0]), photo('alice/b.jpg', [1, 0, 0.2])];
const bob = [photo('bob/a.jpg', [0, 1, 0]), photo('bob/b.jpg', [0.2, 1, 0.1])];

describe('findingsAmong', () => {
  it('finds nothing where all photos of a person are alike, and people are not', () => {
    expect(findingsAmong([...alice, ...bob], 0.4)).toEqual([]);
  });

  it('reports a file that two people have', () => {
    const double = [photo('alice/c.jpg', [1, 0, 0], 'same')];
    const findings = findingsAmong([double[0], photo('carol/a.jpg', [1, 0, 0], 'same')], 0.4);
    expect(findings).toMatchObject([{ photo: 'carol/a.jpg', person: 'carol', fault: 'same_file' }]);
    expect(findings[0].message).toBe('is the same file as alice/c.jpg; use each photo for one person');
  });

  it('reports one person under two names once, by the photos that are most alike', () => {
    const findings = findingsAmong([...alice, photo('ally/x.jpg', [1, 0.1, 0.01]), ...bob], 0.4);
    expect(findings).toMatchObject([{ photo: 'ally/x.jpg', person: 'ally', fault: 'alike' }]);
    expect(findings[0].message).toMatch(
      /^looks like alice\/a.jpg \(0.90\), .*alice and ally will be ambiguous/,
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

  it('reports once each further photo that is nearly the same picture, or the same file', () => {
    const copies = [
      copy('alice/c1.jpg', [1, 0, 0], 10, 'one'),
      copy('alice/c2.jpg', [1, 0.1, 0], 10),
      copy('alice/c3.jpg', [1, 0, 0], 10, 'one'),
    ];
    expect(
      findingsAmong([...copies, ...bob], 0.4).map(({ photo, fault, message }) => [photo, fault, message]),
    ).toEqual([
      [
        'alice/c2.jpg',
        'repeat',
        'is nearly the same picture as alice/c1.jpg (1.00) and adds nothing to it; set one of them aside',
      ],
      [
        'alice/c3.jpg',
        'repeat',
        'is the same file as alice/c1.jpg and adds nothing to it; set one of them aside',
      ],
    ]);
  });

  it('reports a photo that is closer to another person than to its own, not those that it is like', () => {
    const misplaced = photo('alice/x.jpg', [0.6, 1, 0.1]);
    const findings = findingsAmong([...alice, misplaced, ...bob], 0.7);
    expect(findings.map(({ photo, fault }) => [photo, fault])).toEqual([['alice/x.jpg', 'closer']]);
    expect(findings[0].message).toMatch(
      /^is closer to bob\/b.jpg \(0.85\) than to alice\/a.jpg, .* \(0.5\d\); move it if it shows bob, else/,
    );
    const faint = photo('alice/x.jpg', [1, 1, 0]);
    expect(findingsAmong([...alice, faint, ...bob], 0.7)).toEqual([]);
  });

  it('reports two folders of one person by all of their photos together, though no two are nearly the same', () => {
    const folders = (other: string) => [
      photo('carl/a.jpg', [1, 1, 0, 0]),
      photo('carl/b.jpg', [1, 0, 1, 0]),
      photo(`${other}/c.jpg`, [1, 0, 0, 0.6]),
      photo(`${other}/d.jpg`, [1, 0.2, 0.2, 0]),
    ];
    const findings = findingsAmong(folders('karl'), 0.56);
    expect(findings).toMatchObject([{ fault: 'alike', person: 'karl' }]);
    expect(findings[0].message).toMatch(
      /like all photos of the two \(0\.\d\d on average\), so that carl and karl/,
    );
    expect(findingsAmong(folders('karl').slice(0, 3), 0.56)).toEqual([]);
  });

  it('does not take two people for one because a picture of each is there several times', () => {
    const pictures = [photo('carl/a.jpg', [1, 0, 0.9]), photo('dora/a.jpg', [0, 1, 0.9])];
    const again = pictures.map((picture) => ({ ...picture, name: picture.name.replace('a.jpg', 'b.jpg') }));
    const faults = (photos: ComparedPhoto[]) => findingsAmong(photos, 0.35).map(({ fault }) => fault);
    expect(faults([...pictures, ...again])).toEqual(['repeat', 'repeat']);
    const others = [photo('carl/b.jpg', [1, 0.1, 0.5]), photo('dora/b.jpg', [0.1, 1, 0.5])];
    expect(faults([...pictures, ...others])).toEqual([]);
    const alike = [photo('carl/b.jpg', [1, 0.4, 0.9]), photo('dora/b.jpg', [0.4, 1, 0.9])];
    expect(faults([...pictures, ...again, ...alike])).toContain('alike');
  });

  it('reports an outlier from five photos of a person on', () => {
    // Similar to one of them, and to none of the others.
    const odd = photo('dora/z.jpg', [0, 0.5, 0, 0, 0, 1]);
    const usual = [0, 1, 2, 3].map((n) => {
      const direction = [1, 0, 0, 0, 0, 0];
      direction[n + 1] = n === 0 ? 0.7 : 0.5;
      return photo(`dora/${n}.jpg`, direction);
    });
    expect(findingsAmong([...usual.slice(1), odd], 0.5).map(({ fault }) => fault)).toEqual(['unlike']);
    const findings = findingsAmong([...usual, odd], 0.5);
    expect(findings).toMatchObject([{ photo: 'dora/z.jpg', fault: 'outlier' }]);
    expect(findings[0].message).toMatch(
      /^is unlike the other photos of dora \(0\.0\d on average, where 0\.\d\d is/,
    );
    expect(findingsAmong([...usual.slice(0, 3), odd], 0.5)).toEqual([]);
  });

  it('finds nothing in a gallery of nobody, of one photo, and of one person', () => {
    expect(findingsAmong([], 0.4)).toEqual([]);
    expect(findingsAmong(alice.slice(1), 0.4)).toEqual([]);
    expect(findingsAmong(alice, 0.4)).toEqual([]);
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
