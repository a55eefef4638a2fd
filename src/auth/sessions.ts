import { createHash, randomBytes } from 'node:crypto';
import type { Database, Statement } from '../core/database.js';
import { type User, type UserRow, userOf } from './users.js';

/** How long sessions last. */
export interface SessionLimits {
  /** A session that is not used for this long ends, ms. */
  idleMs: number;
  /** The longest time from the sign-in on, ms. */
  maxMs: number;
}

/** The use of a session is written at most this often, ms: each write waits for the disk. */
const NOTE_EVERY_MS = 60_000;
/** Most sessions of one user; the one that was used longest ago ends for a new one. */
const MOST_PER_USER = 50;

interface SessionRow extends UserRow {
  begun_ms: number;
  used_ms: number;
}

/** SHA-256 of a secret of 256 random bits, which needs no salt. */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** The sessions in the access file. Only the hash of an id is stored, so that nobody who reads the file has a session. */
export class Sessions {
  readonly #db: Database;
  readonly #find: Statement<SessionRow>;

  constructor(db: Database) {
    this.#db = db;
    this.#find = db.prepare(
      `SELECT users.*, sessions.created_ms AS begun_ms, sessions.used_ms
       FROM sessions JOIN users ON users.number = sessions.user WHERE sessions.hash = ?`,
    );
  }

  /** Begins a session. @returns its id: 256 random bits, as 43 characters */
  begin({ number }: User, nowMs: number): string {
    const id = randomBytes(32).toString('base64url');
    this.#db.transaction(() => {
      this.#db.prepare('INSERT INTO sessions VALUES (?, ?, ?, ?)').run(digestOf(id), number, nowMs, nowMs);
      this.#db
        .prepare(
          `DELETE FROM sessions WHERE user = ?1 AND hash NOT IN
           (SELECT hash FROM sessions WHERE user = ?1 ORDER BY used_ms DESC, created_ms DESC LIMIT ${MOST_PER_USER})`,
        )
        .run(number);
    });
    return id;
  }

  /** The user of a session, whose use is noted; null when there is none, or it has ended. */
  use(id: string, nowMs: number, { idleMs, maxMs }: SessionLimits): User | null {
    const hash = digestOf(id);
    const row = this.#find.get(hash);
    if (!row) return null;
    // A clock that was set back must not make sessions last longer.
    const isOver = (sinceMs: number, limitMs: number) =>
      nowMs - sinceMs >= limitMs || sinceMs - nowMs >= limitMs;
    if (isOver(row.used_ms, idleMs) || isOver(row.begun_ms, maxMs)) return null;
    if (Math.abs(nowMs - row.used_ms) >= NOTE_EVERY_MS)
      this.#db.prepare('UPDATE sessions SET used_ms = ? WHERE hash = ?').run(nowMs, hash);
    return userOf(row);
  }

  /** Ends one session; does nothing when there is none. */
  end(id: string): void {
    this.#db.prepare('DELETE FROM sessions WHERE hash = ?').run(digestOf(id));
  }

  /** Removes sessions that have ended by themselves. */
  sweep(nowMs: number, { idleMs, maxMs }: SessionLimits): void {
    this.#db
      .prepare('DELETE FROM sessions WHERE used_ms <= ? OR created_ms <= ?')
      .run(nowMs - idleMs, nowMs - maxMs);
  }
}
