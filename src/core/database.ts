import Libsql from 'libsql';

/** The part of SQLite that the event log and the doors use. The only file that imports the package. */

/** A value in a column. */
export type Value = string | number | null;

/** A prepared statement; R is a row of its result. */
export interface Statement<R> {
  /** @returns how many rows have changed */
  run: (...values: Value[]) => number;
  get: (...values: Value[]) => R | undefined;
  all: (...values: Value[]) => R[];
}

/** Why SQLite fails: the file is damaged, another process holds it, the disk is full, or the system denies access. */
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

/** The cause of an error of {@link Database}; null for an error that is not of SQLite. */
export function faultOf(error: unknown): Fault | null {
  if (!(error instanceof Error)) return null;
  if (error.message.startsWith('ConnectionFailed')) return 'unwritable';
  const code = 'code' in error ? String(error.code) : '';
  return FAULTS[/^SQLITE_([A-Z]+)/.exec(code)?.[1] ?? ''] ?? null;
}

/** Whether SQLite itself has failed, also in a way that {@link faultOf} does not know. */
export function isDatabaseError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_');
}

/** An open SQLite file. Every call is synchronous; {@link faultOf} classifies what it throws. */
export class Database {
  readonly #db: Libsql.Database;

  /**
   * Opens a file, or creates it. Nothing is read yet.
   *
   * @throws an error that {@link faultOf} classifies
   */
  constructor(file: string) {
    this.#db = new Libsql(file);
  }

  /** Compiles a statement, to be run many times. */
  prepare<R>(sql: string): Statement<R> {
    const statement = this.#db.prepare(sql);
    return {
      run: (...values) => statement.run(...values).changes,
      get: (...values) => statement.get(...values) as R | undefined,
      all: (...values) => statement.all(...values) as R[],
    };
  }

  /** Runs statements without parameters and results. */
  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /** Reads or sets a property, as in `user_version` or `user_version = 1`. @returns its value, if it has one */
  pragma(text: string): Value | undefined {
    const rows = this.#db.pragma(text) as Record<string, Value>[];
    return rows.length === 0 ? undefined : Object.values(rows[0])[0];
  }

  /** Runs a function in a transaction, which is rolled back when the function throws. */
  transaction<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      // On a full disk SQLite has rolled back by itself.
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  /** Looks for damage, which takes time with the size of the file. @throws an error that {@link faultOf} classifies as corrupt */
  check(): void {
    const found = String(this.pragma('quick_check(1)'));
    if (found !== 'ok')
      throw Object.assign(new Error(found.replace(/\s+/g, ' ')), { code: 'SQLITE_CORRUPT' });
  }

  /** Closes the file; see {@link release}. */
  close(): void {
    this.#db.close();
  }

  /**
   * Closes the file and releases its lock at once, which is otherwise held until the statements are garbage-collected. The
   * write-ahead log is merged into the file.
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
