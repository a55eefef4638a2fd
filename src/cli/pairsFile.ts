import path from 'node:path';
import type { PhotoPair } from '../../bench/accuracy.js';
import { SpotterError } from '../core/errors.js';
import { plural } from '../core/plural.js';
import { parseCsv } from './csv.js';

const CSV_FOLDS = 10;
const CSV_COLUMNS = ['a', 'b', 'same'];
/** First line of LFW's format: folds and pairs per fold and kind, or pairs alone. */
const COUNTS = /^(\d+)(?:\s+(\d+))?$/;

/** Whether a file of pairs is in LFW's format, by its first line. */
export function isLfwPairs(text: string): boolean {
  return COUNTS.test(text.trimStart().split('\n', 1)[0].trim());
}

/**
 * Parses LFW's `pairs.txt`: the numbers of folds and pairs, then per fold as many pairs of one person (`name 1 2`) as of two
 * people (`name 1 other 3`). The photo is `name/name_0001.jpg`.
 *
 * @param name name of the file, for errors
 * @param images folder of the photos
 * @returns the pairs of each fold
 * @throws SpotterError usage
 */
export function parseLfwPairs(text: string, name: string, images: string): PhotoPair[][] {
  const lines = text
    .split('\n')
    .map((line, index) => ({ text: line.trim(), at: index + 1 }))
    .filter((line) => line.text !== '');
  const [head, ...rows] = lines;
  const [, first = '', second] = COUNTS.exec(head?.text ?? '') ?? [];
  const [folds, perKind] = second === undefined ? [1, Number(first)] : [Number(first), Number(second)];
  const expected = 2 * folds * perKind;
  if (rows.length !== expected || expected === 0)
    throw new SpotterError(
      'usage',
      `${name} has ${plural(rows.length, 'pair')}, but its first line announces ${expected}; use the complete file`,
    );
  const photo = (person: string, number: string) =>
    path.join(images, person, `${person}_${number.padStart(4, '0')}.jpg`);
  const pairs = rows.map(({ text, at }) => {
    const cells = text.split(/\s+/);
    const [person, one, other, another] = cells;
    if (cells.length === 3 && isNumber(one) && isNumber(other))
      return { a: photo(person, one), b: photo(person, other), same: true };
    if (cells.length === 4 && isNumber(one) && isNumber(another))
      return { a: photo(person, one), b: photo(other, another), same: false };
    throw new SpotterError(
      'usage',
      `${name}, line ${at}: "${text}" is no pair; write "name 1 2" or "name 1 other 3"`,
    );
  });
  return Array.from({ length: folds }, (_, fold) =>
    pairs.slice(2 * perKind * fold, 2 * perKind * (fold + 1)),
  );
}

/**
 * Parses pairs from CSV with the columns a, b (paths relative to the file) and same (1 or 0).
 *
 * @param file path of the file
 * @returns the pairs in ten folds, in order; with fewer than ten pairs some are empty
 * @throws SpotterError usage
 */
export function parseCsvPairs(text: string, file: string): PhotoPair[][] {
  const rows = parseCsv(text, file, {
    required: CSV_COLUMNS,
    optional: [],
    empty: 'no pairs; add one line per pair',
  });
  const pairs = rows.map(({ cell, fail }) => {
    const photo = (column: string) => {
      if (cell(column) === '') throw fail(`${column} is empty; write the path of a photo`);
      return path.resolve(path.dirname(file), cell(column));
    };
    const same = cell('same');
    if (!['0', '1'].includes(same)) throw fail(`same is "${same}"; write 1 for one person, 0 for two`);
    const [a, b] = [photo('a'), photo('b')];
    if (a === b) throw fail('a and b are the same photo; compare different ones');
    return { a, b, same: same === '1' };
  });
  const from = (fold: number) => Math.floor((fold * pairs.length) / CSV_FOLDS);
  return Array.from({ length: CSV_FOLDS }, (_, fold) => pairs.slice(from(fold), from(fold + 1)));
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}
