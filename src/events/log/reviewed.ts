import type { Database, Statement } from '../../core/database.js';

/** Which events somebody has looked at. A mark goes with its event. */
export class Reviewed {
  readonly #mark: Statement<never>;
  readonly #unmark: Statement<never>;
  readonly #among: Statement<{ seq: number }>;
  readonly #span: Statement<{ first: number | null; last: number | null }>;

  constructor(db: Database) {
    this.#mark = db.prepare('INSERT OR IGNORE INTO reviewed (reader, seq) VALUES (?, ?)');
    this.#unmark = db.prepare('DELETE FROM reviewed WHERE reader = ? AND seq = ?');
    this.#among = db.prepare('SELECT seq FROM reviewed WHERE reader = ? AND seq BETWEEN ? AND ?');
    this.#span = db.prepare('SELECT min(seq) AS first, max(seq) AS last FROM reviewed WHERE reader = ?');
  }

  /** Marks an event, or takes the mark back. @param reader who has looked at it */
  set(reader: string, seq: number, isReviewed: boolean): void {
    (isReviewed ? this.#mark : this.#unmark).run(reader, seq);
  }

  /** The marked events of a span, both ends included. */
  among(reader: string, first: number, last: number): number[] {
    return this.#among.all(reader, first, last).map(({ seq }) => seq);
  }

  /** The first and last number that somebody has marked; null without any. */
  span(reader: string): { first: number; last: number } | null {
    const { first, last } = this.#span.get(reader) ?? {};
    return first == null || last == null ? null : { first, last };
  }
}
