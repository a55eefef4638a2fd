import type { Database, Statement, Value } from '../../core/database.js';
import type { EventKind } from '../event.js';
import type { Reviewed } from './reviewed.js';
import { COLUMNS, type Row } from './row.js';

/** Which events to find; empty lists mean all, null means no bound. */
export interface HistoryQuery {
  /** Exclusive bounds of the numbers. */
  after: number | null;
  before: number | null;
  /** Bounds of the capture time, the upper one exclusive; Unix ms. */
  fromMs: number | null;
  toMs: number | null;
  cameras: readonly string[];
  people: readonly string[];
  kinds: readonly EventKind[];
  /** From 1. */
  limit: number;
  oldestFirst: boolean;
  /** Only events of this track; default all. */
  track?: string | null;
  /** Only events that somebody has marked as reviewed, or has not; default all. */
  reviewed?: { reader: string; wanted: boolean } | null;
}

/** Which tracks of a person at a camera to look at; see {@link History.lastUnended}. */
export interface UnendedQuery {
  person: string;
  camera: string;
  /** Only a `match` with a smaller number. */
  before: number;
  /** Unix ms. */
  sinceMs: number;
  /** Most tracks that are looked at, the newest ones. */
  among: number;
}

/** The query of one index: a value per column; null: any. */
interface Filter {
  track: string | null;
  camera: string | null;
  person: string | null;
  kind: EventKind | null;
}

/** Exclusive bounds of numbers. */
interface Span {
  above: number;
  below: number;
}

/** How many numbers are read ahead per index. */
const AHEAD = 32;
const LAST = Number.MAX_SAFE_INTEGER;
/** Whether an event is marked by a reader. */
const MARKED = 'EXISTS (SELECT 1 FROM reviewed WHERE reader = ? AND reviewed.seq = events.seq)';

/**
 * Finds events by time, track, person, camera and kind. Every combination of the last three has an index that ends in seq; lists of
 * values are merged from them, so that no query reads more than it returns. The few events of a track are found by an index of its own.
 */
export class History {
  readonly #db: Database;
  readonly #reviewed: Reviewed;
  readonly #lateMs: () => number;
  readonly #statements = new Map<string, Statement<{ seq: number }>>();
  readonly #rows: Statement<Row>;
  readonly #firstSince: Statement<{ seq: number }>;
  readonly #lastUntil: Statement<{ seq: number }>;
  readonly #lastUnended: Statement<Row>;

  /** @param lateMs the most by which an event was ever captured before one with a lower number */
  constructor(db: Database, reviewed: Reviewed, lateMs: () => number) {
    this.#db = db;
    this.#reviewed = reviewed;
    this.#lateMs = lateMs;
    this.#rows = db.prepare(`SELECT ${COLUMNS} FROM events WHERE seq = ?`);
    this.#firstSince = db.prepare('SELECT seq FROM events WHERE high_ms >= ? ORDER BY high_ms, seq LIMIT 1');
    this.#lastUntil = db.prepare(
      'SELECT seq FROM events WHERE high_ms <= ? ORDER BY high_ms DESC, seq DESC LIMIT 1',
    );
    const matches =
      "events INDEXED BY events_pck WHERE person = ? AND camera = ? AND kind = 'match' AND seq < ?";
    this.#lastUnended = db.prepare(
      `SELECT ${COLUMNS} FROM ${matches}
       AND seq >= (SELECT min(seq) FROM (SELECT seq FROM ${matches} ORDER BY seq DESC LIMIT ?))
       AND NOT EXISTS (
         SELECT 1 FROM events AS ends INDEXED BY events_t
         WHERE ends.track = events.track AND ends.seq > events.seq AND ends.kind = 'left' AND ends.captured_ms < ?
       ) ORDER BY seq DESC LIMIT 1`,
    );
  }

  /** The first `limit` events of a query, in its order. */
  find(query: HistoryQuery): Row[] {
    const span = this.#span(query);
    if (span === null) return [];
    const merge = filters(query).map((filter) => new Stream(this.#reader(filter, query, span)));
    const rows: Row[] = [];
    while (rows.length < query.limit) {
      let next: Stream | null = null;
      for (const stream of merge) {
        if (stream.head === null) continue;
        const isSooner =
          next === null ||
          next.head === null ||
          (query.oldestFirst ? stream.head < next.head : stream.head > next.head);
        if (isSooner) next = stream;
      }
      if (next === null || next.head === null) break;
      const row = this.#rows.get(next.head);
      if (row) rows.push(row);
      if (rows.length < query.limit) next.advance();
    }
    return rows;
  }

  /** The newest `match` whose track has no `left` before a time; null for none. A track that vanished has none at all. */
  lastUnended({ person, camera, before, sinceMs, among }: UnendedQuery): Row | null {
    const last = [person, camera, before];
    return this.#lastUnended.get(...last, ...last, among, sinceMs) ?? null;
  }

  /** The numbers that a time span can have. Late events are captured before ones with lower numbers, by at most lateMs. */
  #span({ after, before, fromMs, toMs, reviewed }: HistoryQuery): Span | null {
    let above = after ?? 0;
    let below = before ?? LAST;
    if (reviewed?.wanted) {
      const marked = this.#reviewed.span(reviewed.reader);
      if (marked === null) return null;
      above = Math.max(above, marked.first - 1);
      below = Math.min(below, marked.last + 1);
    }
    if (fromMs !== null) {
      const first = this.#firstSince.get(fromMs);
      if (!first) return null;
      above = Math.max(above, first.seq - 1);
    }
    if (toMs !== null) {
      const last = this.#lastUntil.get(toMs + this.#lateMs());
      if (!last) return null;
      below = Math.min(below, last.seq + 1);
    }
    return above < below ? { above, below } : null;
  }

  /** Reads the next numbers that match, from a position. */
  #reader(filter: Filter, { fromMs, toMs, oldestFirst, reviewed = null }: HistoryQuery, span: Span) {
    const given = Object.entries(filter).filter(([, value]) => value !== null);
    const values: Value[] = given.map(([, value]) => value);
    const times = fromMs !== null || toMs !== null ? [fromMs ?? 0, toMs ?? LAST] : [];
    const statement = this.#statement(
      given.map(([column]) => column),
      times.length > 0,
      reviewed?.wanted ?? null,
      oldestFirst,
    );
    const reader = reviewed === null ? [] : [reviewed.reader];
    return (from: number | null, count: number): number[] => {
      const above = oldestFirst ? (from ?? span.above) : span.above;
      const below = oldestFirst ? span.below : (from ?? span.below);
      return statement.all(...values, above, below, ...times, ...reader, count).map(({ seq }) => seq);
    };
  }

  /** @param isReviewed what the events must be; null: either */
  #statement(
    columns: string[],
    hasTimes: boolean,
    isReviewed: boolean | null,
    oldestFirst: boolean,
  ): Statement<{ seq: number }> {
    const key = `${columns} ${hasTimes} ${isReviewed} ${oldestFirst}`;
    let statement = this.#statements.get(key);
    if (!statement) {
      const indexed = columns.includes('track') ? ['track'] : ['person', 'camera', 'kind'];
      const letters = indexed.filter((column) => columns.includes(column));
      const index =
        letters.length === 0
          ? 'NOT INDEXED'
          : `INDEXED BY events_${letters.map((column) => column[0]).join('')}`;
      const where = [...columns.map((column) => `${column} = ?`), 'seq > ?', 'seq < ?'];
      if (hasTimes) where.push('captured_ms >= ?', 'captured_ms < ?');
      if (isReviewed !== null) where.push(`${isReviewed ? '' : 'NOT '}${MARKED}`);
      statement = this.#db.prepare(
        `SELECT seq FROM events ${index} WHERE ${where.join(' AND ')} ORDER BY seq ${oldestFirst ? '' : 'DESC'} LIMIT ?`,
      );
      this.#statements.set(key, statement);
    }
    return statement;
  }
}

/** The numbers that match one filter, read as needed. */
class Stream {
  readonly #read: (from: number | null, count: number) => number[];
  #ahead: number[];
  #next = 0;
  #count = 1;

  constructor(read: (from: number | null, count: number) => number[]) {
    this.#read = read;
    this.#ahead = read(null, 1);
  }

  get head(): number | null {
    return this.#ahead[this.#next] ?? null;
  }

  advance(): void {
    const from = this.head;
    if (++this.#next < this.#ahead.length || this.#ahead.length < this.#count) return;
    this.#count = AHEAD;
    this.#ahead = this.#read(from, AHEAD);
    this.#next = 0;
  }
}

function filters({ cameras, people, kinds, track = null }: HistoryQuery): Filter[] {
  const all = <T>(values: readonly T[]): (T | null)[] =>
    values.length === 0 ? [null] : [...new Set(values)];
  return all(cameras).flatMap((camera) =>
    all(people).flatMap((person) => all(kinds).map((kind) => ({ track, camera, person, kind }))),
  );
}
