import { describeFileError, SpotterError } from '../core/errors.js';
import type { Box } from '../core/geometry.js';
import { regularFileText } from '../core/regularFile.js';
import { parseCsv } from './csv.js';

/** One hand-made label: a person is visible in a recording for some time. */
export interface TruthRow {
  person: string;
  /** Media time in ms, both ends included. */
  fromMs: number;
  toMs: number;
  /** Where the face is, in px of the video, to separate people who are visible at the same time; null: anywhere. */
  region: Box | null;
  /** Visible but too far, too dark or in profile: neither a name nor its absence is scored as an error. */
  difficult: boolean;
}

const REQUIRED = ['person', 'from_ms', 'to_ms'];
const REGION = ['x1', 'y1', 'x2', 'y2'];

/** Reads the labels of a recording. @throws SpotterError usage: the file is unreadable, or a line is wrong */
export function readTruth(file: string): TruthRow[] {
  let text: string;
  try {
    text = regularFileText(file);
  } catch (cause) {
    throw new SpotterError(
      'usage',
      `cannot read --score ${file}: ${describeFileError(cause)}; check the path`,
      { cause },
    );
  }
  return parseTruth(text, file);
}

/**
 * Parses labels from CSV: a header with the column names, then one line per appearance. `#` begins a comment.
 *
 * @param name name of the file, for errors
 * @throws SpotterError usage, with the number of the line that is wrong
 */
export function parseTruth(text: string, name: string): TruthRow[] {
  const rows = parseCsv(text, name, {
    required: REQUIRED,
    optional: [...REGION, 'difficult'],
    empty: 'no labels; add one line per appearance',
  });
  return rows.map(({ cell, fail }) => {
    const number = (column: string) => {
      const value = Number(cell(column));
      if (cell(column) !== '' && Number.isFinite(value) && value >= 0) return value;
      throw fail(`${column} is "${cell(column)}"; write a number from 0`);
    };
    const person = cell('person');
    if (person === '') throw fail('person is empty; write the name of a folder of the gallery');
    const [fromMs, toMs] = [number('from_ms'), number('to_ms')];
    if (toMs < fromMs) throw fail(`to_ms ${toMs} is before from_ms ${fromMs}`);
    const hasRegion = REGION.some((column) => cell(column) !== '');
    const [x1, y1, x2, y2] = hasRegion ? REGION.map(number) : [];
    const region = hasRegion ? { x1, y1, x2, y2 } : null;
    if (region && (x2 <= x1 || y2 <= y1))
      throw fail('the region is empty; x2 must exceed x1, and y2 must exceed y1');
    const difficult = cell('difficult');
    if (!['', '0', '1'].includes(difficult)) throw fail(`difficult is "${difficult}"; write 0 or 1`);
    return { person, fromMs, toMs, region, difficult: difficult === '1' };
  });
}
