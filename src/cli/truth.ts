import { readFileSync } from 'node:fs';
import { CsvError, type InfoRecord, parse } from 'csv-parse/sync';
import { describeError, SpotterError } from '../core/errors.js';
import type { Box } from '../core/geometry.js';

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
const COLUMNS = [...REQUIRED, ...REGION, 'difficult'];

/** Reads the labels of a recording. @throws SpotterError usage: the file is unreadable, or a line is wrong */
export function readTruth(file: string): TruthRow[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SpotterError('usage', `cannot read --score ${file}: ${describeError(cause)}`, { cause });
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
  const [head, ...rows] = readCsv(text, name);
  const fail = (at: number, what: string) => new SpotterError('usage', `${name}, line ${at}: ${what}`);
  if (!head) throw fail(1, `no header; begin with the line ${REQUIRED.join(',')}`);
  const unknown = head.cells.find((column) => !COLUMNS.includes(column));
  if (unknown !== undefined)
    throw fail(head.at, `unknown column "${unknown}"; the columns are ${COLUMNS.join(', ')}`);
  const missing = REQUIRED.find((column) => !head.cells.includes(column));
  if (missing) throw fail(head.at, `column "${missing}" is missing; add it to the header`);
  if (rows.length === 0) throw fail(head.at, 'no labels; add one line per appearance');
  return rows.map(({ at, cells }) => {
    const cell = (column: string) => cells[head.cells.indexOf(column)] ?? '';
    const number = (column: string) => {
      const value = Number(cell(column));
      if (cell(column) !== '' && Number.isFinite(value) && value >= 0) return value;
      throw fail(at, `${column} is "${cell(column)}"; write a number from 0`);
    };
    const person = cell('person');
    if (person === '') throw fail(at, 'person is empty; write the name of a folder of the gallery');
    const [fromMs, toMs] = [number('from_ms'), number('to_ms')];
    if (toMs < fromMs) throw fail(at, `to_ms ${toMs} is before from_ms ${fromMs}`);
    const hasRegion = REGION.some((column) => cell(column) !== '');
    const [x1, y1, x2, y2] = hasRegion ? REGION.map(number) : [];
    const region = hasRegion ? { x1, y1, x2, y2 } : null;
    if (region && (x2 <= x1 || y2 <= y1))
      throw fail(at, 'the region is empty; x2 must exceed x1, and y2 must exceed y1');
    const difficult = cell('difficult');
    if (!['', '0', '1'].includes(difficult)) throw fail(at, `difficult is "${difficult}"; write 0 or 1`);
    return { person, fromMs, toMs, region, difficult: difficult === '1' };
  });
}

interface Row {
  /** Line of the text in which the row ends, from 1. */
  at: number;
  cells: string[];
}

function readCsv(text: string, name: string): Row[] {
  try {
    const records: unknown = parse(text, {
      bom: true,
      comment: '#',
      comment_no_infix: true,
      info: true,
      // Given explicitly: the parser would otherwise stick to the first line ending it finds.
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
    });
    const rows = records as { info: InfoRecord; record: string[] }[];
    return rows.map(({ info, record }) => ({ at: info.lines, cells: record }));
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const what =
      cause.code === 'CSV_QUOTE_NOT_CLOSED'
        ? 'the file ends inside a quoted cell; close the quote'
        : 'text follows the closing quote of a cell; quote the whole cell, and write "" for a quote inside it';
    throw new SpotterError('usage', `${name}, line ${cause.lines}: ${what}`, { cause });
  }
}
