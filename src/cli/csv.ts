import { CsvError, type InfoRecord, parse } from 'csv-parse/sync';
import { SpotterError } from '../core/errors.js';

/** What the header of a file may name. */
export interface CsvColumns {
  required: readonly string[];
  /** Columns that may be left out. Any other column is an error. */
  optional: readonly string[];
  /** What a file without rows lacks, and what to do. */
  empty: string;
}

/** One row below the header. */
export interface CsvRow {
  /** The trimmed text of a cell; empty when the row or the header lacks it. */
  cell(column: string): string;
  /** An error that names the file and the line. @param what one sentence: what is wrong, and what to do */
  fail(what: string): SpotterError;
}

/**
 * Parses CSV with a header of column names in any order. `#` begins a comment; empty lines are skipped.
 *
 * @param name name of the file, for errors
 * @throws SpotterError usage, with the number of the line that is wrong
 */
export function parseCsv(text: string, name: string, { required, optional, empty }: CsvColumns): CsvRow[] {
  const [head, ...rows] = linesOf(text, name);
  const columns = [...required, ...optional];
  const fail = (at: number, what: string) => new SpotterError('usage', `${name}, line ${at}: ${what}`);
  if (!head) throw fail(1, `no header; begin with the line ${required.join(',')}`);
  const unknown = head.cells.find((column) => !columns.includes(column));
  if (unknown !== undefined)
    throw fail(head.at, `unknown column "${unknown}"; the columns are ${columns.join(', ')}`);
  const twice = head.cells.find((column, index) => head.cells.indexOf(column) < index);
  if (twice !== undefined) throw fail(head.at, `column "${twice}" is there twice; leave one of them out`);
  const missing = required.find((column) => !head.cells.includes(column));
  if (missing) throw fail(head.at, `column "${missing}" is missing; add it to the header`);
  if (rows.length === 0) throw fail(head.at, empty);
  return rows.map(({ at, cells }) => ({
    cell: (column) => cells[head.cells.indexOf(column)] ?? '',
    fail: (what) => fail(at, what),
  }));
}

interface Line {
  /** Line of the text in which the row ends, from 1. */
  at: number;
  cells: string[];
}

function linesOf(text: string, name: string): Line[] {
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
