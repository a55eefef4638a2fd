import Libsql from 'libsql';

/** What the log asks of SQLite. The only file that knows which package it is. */

/** A value in a column. */
export type Value = string | number | null;

/** A prepared statement; R is a row of its answer. */
export interface Statement<R> {
  /** @returns how many rows have changed */
  run: (...values: Value[]) => number;
  get: (...values: Value[]) => R | undefined;
  all: (...values: Value[]) => R[];
}

/**
 * Why SQLite refuses: the file is damaged, another process has it, there is no room, or the system does not let us.
 * null: not SQLite's doing.
 */
export type Fault = 'corrupt' | 'locked' | 'full' | 'unwritable';

const FAULTS: Record<string, Fault> = {
  CORRUPT: 'corrupt',
  NOTADB: 'corrupt',
  BUSY: 'locked',
  LOCKED: 'locked',
  FULL: 'full',
  IOERR: 'unwritable',
  READONLY: 'unwritable',
  CANTOPEN: 'unwritable',
  PERM: 'unwritable',
  AUTH: 'unwritable',
};

/** What is behind an error of this file's; see {@link Fault}. */
export function faultOf(error: unknown): Fault | null {
  if (!(error instanceof Error)) return null;
  if (error.message.startsWith('ConnectionFailed')) return 'unwritable';
  const code = 'code' in error ? String(error.code) : '';
  return FAULTS[/^SQLITE_([A-Z]+)/.exec(code)?.[1] ?? ''] ?? null;
}

/** An open SQLite file. Every call is synchronous. */
export class Database {
  readonly #db: Libsql.Database;

  /**
   * Opens a file, or makes it. Nothing is read yet.
   *
   * @throws what {@link faultOf} knows
   */
  constructor(file: string) {
    this.#db = new Libsql(file);
  }

  prepare<R>(sql: string): Statement<R> {
    const statement = this.#db.prepare(sql);
    return {
      run: (...values) => statement.run(...values).changes,
      get: (...values) => statement.get(...values) as R | undefined,
      all: (...values) => statement.all(...values) as R[],
    };
  }

  /** Runs statements that take and give no values. */
  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /** Sets or asks for a property, as in `user_version` or `user_version = 1`. @returns its value, if it has one */
  pragma(text: string): Value | undefined {
    const rows = this.#db.pragma(text) as Record<string, Value>[];
    return rows.length === 0 ? undefined : Object.values(rows[0])[0];
  }

  /** Runs a function; what it changes counts altogether or, when it throws, not at all. */
  transaction<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite has undone it by itself when there was no room.
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#db.close();
  }

  /**
   * Closes, and gives the file back at once: the lock of a closed file is otherwise held until its statements are
   * collected. What waits in the write-ahead log is taken into the file.
   */
  release(): void {
    try {
      this.#db.pragma('journal_mode = DELETE');
      this.#db.pragma('locking_mode = NORMAL');
      this.#db.pragma('user_version');
    } finally {
      this.#db.close();
    }
  }
}
