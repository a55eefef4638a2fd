import { readFileSync } from 'node:fs';
import { CsvError, type InfoRecord, parse } from 'csv-parse/sync';
import { describeError, SpotterError } from '../core/errors.js';
import type { Box } from '../core/geometry.js';

/** One time in which a person can be seen in a recording, as somebody has labelled it by hand. */
export interface TruthRow {
  person: string;
  /** Media time in ms, both ends included. */
  fromMs: number;
  toMs: number;
  /** Where the face is in px of the video, to tell people apart who are there at once; null: anywhere. */
  region: Box | null;
  /** There, but not to be asked for: too far, too dark, in profile. Counts neither as missed nor as wrong. */
  difficult: boolean;
}

const REQUIRED = ['person', 'from_ms', 'to_ms'];
const REGION = ['x1', 'y1', 'x2', 'y2'];
const COLUMNS = [...REQUIRED, ...REGION, 'difficult'];

/** Reads the labels of a recording. @throws SpotterError usage, with the line that is wrong */
export function readTruth(file: string): TruthRow[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SpotterError('usage', `--score ${file} cannot be read: ${describeError(cause)}`, { cause });
  }
  return parseTruth(text, file);
}

/**
 * Labels from CSV: a head line that names the columns, then a line an appearance; `#` begins a comment.
 *
 * @param name of the file, for errors
 */
export function parseTruth(text: string, name: string): TruthRow[] {
  const [head, ...rows] = readCsv(text, name);
  const fail = (at: number, what: string) => new SpotterError('usage', `${name}, line ${at}: ${what}`);
  if (!head) throw fail(1, `there is nothing; begin with the line ${REQUIRED.join(',')}`);
  const unknown = head.cells.find((column) => !COLUMNS.includes(column));
  if (unknown !== undefined)
    throw fail(head.at, `"${unknown}" is no column; there are ${COLUMNS.join(', ')}`);
  const missing = REQUIRED.find((column) => !head.cells.includes(column));
  if (missing) throw fail(head.at, `the column "${missing}" is missing`);
  if (rows.length === 0) throw fail(head.at, 'nobody is labelled; add a line for each appearance');
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
    if (toMs < fromMs) throw fail(at, `to_ms ${toMs} comes before from_ms ${fromMs}`);
    const hasRegion = REGION.some((column) => cell(column) !== '');
    const [x1, y1, x2, y2] = hasRegion ? REGION.map(number) : [];
    const region = hasRegion ? { x1, y1, x2, y2 } : null;
    if (region && (x2 <= x1 || y2 <= y1))
      throw fail(at, 'the region is empty; x2 and y2 are beyond x1 and y1');
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
      // Given, because the parser would settle on the line end that it finds first.
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
        ? 'the text ends within quotes; close the cell that begins with a quote'
        : 'a quoted cell goes on after its last quote; put the whole cell in quotes, and write "" for a quote in it';
    throw new SpotterError('usage', `${name}, line ${cause.lines}: ${what}`, { cause });
  }
}
