import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCatalogueFile } from '../../src/models/catalogue.js';
import { choosePair, framesPerSecond, type PairDemand, type PairOffer } from '../../src/models/pairChoice.js';
import { root } from '../helpers/paths.js';

function offer(
  detector: string,
  frameMs: number | null,
  named: number | null,
  more: Partial<PairOffer> = {},
): PairOffer {
  const rest = { licences: ['MIT'], nonCommercial: false, missing: [], isMeasured: true };
  return { detector, embedder: 'e', frameMs, named, ...rest, ...more };
}

const missing = (hasAddress: boolean) => [{ id: 'x', bytes: 1, hasAddress }];
const SMALL = offer('small', 5, 68.5);
const FREE = offer('free', 20, 95.5, { missing: missing(false) });
const BEST = offer('best', 40, 96.2, { nonCommercial: true, missing: missing(true) });
const UNKNOWN = offer('unknown', 10, null);
const UNTIMED = offer('untimed', null, 99);
const ALL = [SMALL, FREE, BEST, UNKNOWN, UNTIMED];
const DEMAND: PairDemand = { cores: 2, framesPerSecond: 10, nonCommercial: false, hasPlace: false };

describe('choosePair', () => {
  const chosen = (demand: Partial<PairDemand>, offers = ALL) =>
    choosePair(offers, { ...DEMAND, ...demand })?.detector ?? null;

  it('takes the pair that names most people among those that are known, quick enough, to be had and allowed', () => {
    expect(chosen({})).toBe('small');
    expect(chosen({ hasPlace: true })).toBe('free');
    expect(chosen({ nonCommercial: true })).toBe('best');
    expect(chosen({ nonCommercial: true, framesPerSecond: 60, hasPlace: true })).toBe('free');
    expect(chosen({ framesPerSecond: 1000 })).toBeNull();
    expect(chosen({}, [UNKNOWN, UNTIMED])).toBeNull();
  });

  it('takes the quicker of two that name as many, such as a variant', () => {
    expect(chosen({}, [SMALL, offer('small-int8', 3, 68.5)])).toBe('small-int8');
  });
});

describe('framesPerSecond', () => {
  it('leaves a quarter of the cores to decoding and the rest', () => {
    expect(framesPerSecond(FREE, 2)).toBe(75);
    expect(framesPerSecond(UNTIMED, 2)).toBeNull();
  });
});

describe('pairs of the catalogue', () => {
  it('are those of the table in docs/models.md', () => {
    const lines = readFileSync(path.join(root, 'docs/models.md'), 'utf8').split('\n');
    const cells = (start: string) =>
      (lines.find((line) => line.startsWith(start)) ?? '')
        .split('|')
        .slice(2, -1)
        .map((cell) => cell.trim());
    const names = cells('| known people named right');
    const named = cells('| 100 people').map((cell) => Number.parseFloat(cell));
    expect(
      readCatalogueFile().pairs.map((pair) => [`${pair.detector} + ${pair.embedder}`, pair.named]),
    ).toEqual(names.map((name, index) => [name, named[index]]));
  });
});
