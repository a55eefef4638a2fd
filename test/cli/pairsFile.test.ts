import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isLfwPairs, parseCsvPairs, parseLfwPairs } from '../../src/cli/pairsFile.js';

const lfw = '2\t1\nAnn_Lee\t1\t12\nAnn_Lee\t1\tBob\t2\r\n\nBob\t1\t2\nBob\t3\tCy\t1\n';

describe('isLfwPairs', () => {
  it('knows the format by its first line', () => {
    expect([lfw, '500\nAnn\t1\t2', 'a,b,same\n1,2,0', ''].map(isLfwPairs)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('parseLfwPairs', () => {
  it('reads the folds, and photos as LFW names them', () => {
    const [first, second, ...more] = parseLfwPairs(lfw, 'pairs.txt', 'lfw');
    expect(more).toEqual([]);
    expect(first).toEqual([
      {
        a: path.join('lfw/Ann_Lee/Ann_Lee_0001.jpg'),
        b: path.join('lfw/Ann_Lee/Ann_Lee_0012.jpg'),
        same: true,
      },
      { a: path.join('lfw/Ann_Lee/Ann_Lee_0001.jpg'), b: path.join('lfw/Bob/Bob_0002.jpg'), same: false },
    ]);
    expect(second.map(({ same }) => same)).toEqual([true, false]);
  });

  it('reads a file without folds, such as pairsDevTest.txt', () => {
    expect(parseLfwPairs('1\nAnn\t1\t2\nAnn\t1\tBob\t2\n', 'pairs.txt', 'lfw')).toHaveLength(1);
  });

  it.each([
    ['2\t1\nAnn\t1\t2\n', 'pairs.txt has 1 pair, but its first line announces 4; use the complete file'],
    ['0\t0\n', 'pairs.txt has 0 pairs, but its first line announces 0; use the complete file'],
    ['1\t1\nAnn\t1\t2\nAnn\tone\tBob\t2\n', 'pairs.txt, line 3: "Ann\tone\tBob\t2" is no pair; write'],
  ])('refuses %j', (text, message) => {
    expect(() => parseLfwPairs(text, 'pairs.txt', 'lfw')).toThrow(message);
  });
});

describe('parseCsvPairs', () => {
  const csv = (pairs: number) =>
    ['same,a,b', ...Array.from({ length: pairs }, (_, index) => `${index % 2},${index}.jpg,x.jpg`)].join(
      '\n',
    );

  it('reads paths relative to the file, in ten folds, in order', () => {
    const folds = parseCsvPairs(csv(25), '/set/pairs.csv');
    expect(folds.map(({ length }) => length)).toEqual([2, 3, 2, 3, 2, 3, 2, 3, 2, 3]);
    expect(folds.flat()).toHaveLength(25);
    expect(folds[1][0]).toEqual({
      a: path.resolve('/set/2.jpg'),
      b: path.resolve('/set/x.jpg'),
      same: false,
    });
  });

  it.each([
    ['a,b,same\n1.jpg,,1', 'pairs.csv, line 2: b is empty; write the path of a photo'],
    ['a,b,same\n1.jpg,2.jpg,yes', 'pairs.csv, line 2: same is "yes"; write 1 for one person, 0 for two'],
    ['a,b,same\n1.jpg,./1.jpg,1', 'pairs.csv, line 2: a and b are the same photo; compare different ones'],
    [
      'a,b,b,same\n1.jpg,2.jpg,3.jpg,1',
      'pairs.csv, line 1: column "b" is there twice; leave one of them out',
    ],
    ['a,b,same\n', 'pairs.csv, line 1: no pairs; add one line per pair'],
  ])('refuses %j', (text, message) => {
    expect(() => parseCsvPairs(text, 'pairs.csv')).toThrow(message);
  });
});
