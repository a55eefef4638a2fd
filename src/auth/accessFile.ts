import { chmodSync, chownSync, closeSync, existsSync, openSync, statSync } from 'node:fs';
import path from 'node:path';
import { Database, type Fault, faultOf, isDatabaseError } from '../core/database.js';
import { describeError, describeFileError, SpotterError } from '../core/errors.js';
import { makePrivateFolder } from '../core/folders.js';
import type { Component } from '../core/lifecycle.js';
import { Sessions } from './sessions.js';
import { Tokens } from './tokens.js';
import { Users } from './users.js';

/** The file of users, sessions and tokens in the data folder. */
export const ACCESS_FILE = 'access.db';

/** How long another process that writes, such as `spotter user add`, is waited for, ms. */
const BUSY_MS = 2000;
/** How often the file is looked at, to find out whether another one has taken its place, ms. */
const LOOK_EVERY_MS = 1000;

/**
 * One entry per version; a released one is never changed. Only hashes of passwords, sessions and tokens are stored; `cameras` and
 * `scopes` are lists as JSON, `cameras` null for all.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE users (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     key TEXT NOT NULL UNIQUE,
     name TEXT NOT NULL,
     role TEXT NOT NULL,
     cameras TEXT,
     password TEXT,
     created_ms INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE sessions (
     hash TEXT PRIMARY KEY,
     user INTEGER NOT NULL REFERENCES users (number) ON DELETE CASCADE,
     created_ms INTEGER NOT NULL,
     used_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX sessions_user ON sessions (user);
   CREATE TABLE tokens (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     key TEXT NOT NULL UNIQUE,
     name TEXT NOT NULL,
     hash TEXT NOT NULL UNIQUE,
     scopes TEXT NOT NULL,
     cameras TEXT,
     created_ms INTEGER NOT NULL,
     used_ms INTEGER
   ) STRICT;`,
];

/** What an open file holds. */
export interface AccessStore {
  users: Users;
  sessions: Sessions;
  tokens: Tokens;
}

/**
 * `access.db` in the data folder, readable by its owner only. Several processes may have it open: what one writes, such as
 * `spotter user remove`, the daemon reads with its next request.
 */
export class AccessFile implements Component {
  readonly #file: string;
  readonly #onReplaced: () => void;
  #db: Database | undefined;
  #store: AccessStore | undefined;
  /** Why the file could not be opened at the last look; null when it could. */
  #fault: unknown = null;
  /** Of the open file. */
  #inode: bigint | null = null;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  /** @param onReplaced called when another file has taken the place of the open one, which is used from then on */
  constructor(folder: string, onReplaced: () => void = () => {}) {
    this.#file = path.join(folder, ACCESS_FILE);
    this.#onReplaced = onReplaced;
  }

  /** Opens the file, or creates it. @throws SpotterError access.newer, access.unusable */
  async start(): Promise<void> {
    this.#open();
  }

  async stop(): Promise<void> {
    this.#db?.close();
    this.#db = this.#store = undefined;
    this.#fault = null;
  }

  /**
   * Works with what the file holds.
   *
   * @throws SpotterError access.newer, access.unusable; what the work throws
   */
  use<T>(work: (store: AccessStore) => T): T {
    const nowMs = performance.now();
    if (nowMs - this.#lookedAtMs >= LOOK_EVERY_MS) {
      this.#lookedAtMs = nowMs;
      if (this.#fault !== null || this.#inode !== inodeOf(this.#file)) this.#reopen();
    }
    if (!this.#store) throw this.#fault ?? new Error('the access file is used before its start');
    try {
      return work(this.#store);
    } catch (error) {
      const sentence = explained(error, this.#file);
      // The next look opens the file again: it may be whole by then.
      if (accessFaultOf(error) === 'corrupt') this.#fault = sentence;
      throw sentence;
    }
  }

  /** A copy of users and tokens, without the sessions. @param target a file that does not exist yet */
  copyTo(target: string): void {
    this.use(() => this.#db?.exec(`VACUUM INTO '${target.replaceAll("'", "''")}'`));
    chmodSync(target, 0o600);
    const copy = new Database(target);
    try {
      copy.pragma('secure_delete = ON');
      copy.exec('DELETE FROM sessions');
      copy.exec('VACUUM');
    } finally {
      copy.close();
    }
  }

  #reopen(): void {
    const wasOpen = this.#db !== undefined;
    this.#db?.close();
    this.#db = this.#store = undefined;
    this.#open();
    if (wasOpen) this.#onReplaced();
  }

  #open(): void {
    const file = this.#file;
    try {
      // A new file has no users, and lets in whoever reaches a daemon of this machine: an emptied one does not count as new.
      if (this.#inode !== null && isEmpty(file)) throw damaged(file, 'it is empty');
      prepare(file);
      this.#db = opened(file);
    } catch (error) {
      this.#fault = explained(error, file);
      throw this.#fault;
    }
    this.#fault = null;
    this.#inode = inodeOf(file);
    this.#lookedAtMs = performance.now();
    this.#store = {
      users: new Users(this.#db),
      sessions: new Sessions(this.#db),
      tokens: new Tokens(this.#db),
    };
  }
}

/** Whether a data folder has users or tokens, or once had. */
export function hasAccessFile(folder: string): boolean {
  return existsSync(path.join(folder, ACCESS_FILE));
}

/** Makes an empty private file where there is none. An existing one is not opened: closing it would drop the locks of SQLite. */
function prepare(file: string): void {
  const folder = path.dirname(file);
  makePrivateFolder(folder);
  if (!existsSync(file)) {
    closeSync(openSync(file, 'a', 0o600));
    // As root, for the daemon of another user: the file belongs to whom the folder belongs.
    const { uid, gid } = statSync(folder);
    if (process.getuid?.() === 0) chownSync(file, uid, gid);
  }
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
}

function opened(file: string): Database {
  const db = new Database(file);
  try {
    db.pragma(`busy_timeout = ${BUSY_MS}`);
    // Before anything changes in the file.
    const version = versionOf(db, file);
    db.pragma('foreign_keys = ON');
    db.pragma('synchronous = FULL');
    db.pragma('secure_delete = ON');
    db.check();
    if (version < MIGRATIONS.length) migrate(db, file);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** @throws SpotterError access.newer */
function versionOf(db: Database, file: string): number {
  const version = Number(db.pragma('user_version'));
  if (version <= MIGRATIONS.length) return version;
  throw new SpotterError(
    'access.newer',
    `${file} was written by a newer spotter (version ${version}, this one supports ${MIGRATIONS.length}); use the newer spotter, or move the file away and add the users again`,
  );
}

/** In a transaction with the version read again: two processes may open a new file at once. */
function migrate(db: Database, file: string): void {
  db.transaction(() => {
    for (const sql of MIGRATIONS.slice(versionOf(db, file))) db.exec(sql);
    db.pragma(`user_version = ${MIGRATIONS.length}`);
  });
}

function inodeOf(file: string): bigint | null {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino ?? null;
}

function isEmpty(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.size === 0;
}

/** As {@link faultOf}; statements that fail in any other way, as with a missing table, mean that the file is not the one that was opened. */
function accessFaultOf(error: unknown): Fault | null {
  return faultOf(error) ?? (isDatabaseError(error) ? 'corrupt' : null);
}

function unusable(file: string, why: string, cause?: unknown): SpotterError {
  return new SpotterError('access.unusable', `the users and tokens in ${file} ${why}`, { cause });
}

function damaged(file: string, why: string, cause?: unknown): SpotterError {
  return unusable(
    file,
    `cannot be read, the file is damaged (${why}); restore it from a backup, or move it away and add the users again`,
    cause,
  );
}

/** An error of SQLite or the system as one sentence; any other error as it is. */
function explained(error: unknown, file: string): unknown {
  if (error instanceof SpotterError) return error;
  const because = (why: string) => unusable(file, why, error);
  const unopened = `cannot be opened (${describeFileError(error)}); make the file and its folder writable`;
  switch (accessFaultOf(error)) {
    case 'corrupt':
      return damaged(file, describeError(error), error);
    case 'locked':
      return because('are in use by another program for too long; end that one, and try again');
    case 'full':
      return because('cannot be saved, no space is left on the disk; make room');
    case 'unwritable':
      return because(unopened);
    default:
      return error instanceof Error && 'syscall' in error ? because(unopened) : error;
  }
}
