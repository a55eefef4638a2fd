import { chmodSync } from 'node:fs';
import path from 'node:path';
import { Database, faultOf } from '../../core/database.js';
import { SpotterError } from '../../core/errors.js';
import { versionOf } from './migrations.js';
import { explainFault, LOG_FILE } from './open.js';

/** What is in a copy of a log. */
export interface LogSummary {
  version: number;
  events: number;
  /** Number of the last event ever stored; 0 before the first. */
  lastSeq: number;
}

/**
 * Copies the log of a folder that no process uses.
 *
 * @param target a file that does not exist yet
 * @throws SpotterError log.locked when a process uses it; log.newer, log.unusable, log.unwritable
 */
export function copyUnusedLog(folder: string, target: string): void {
  const file = path.join(folder, LOG_FILE);
  guarded(file, (db) => {
    versionOf(db, file);
    db.exec(`VACUUM INTO '${target.replaceAll("'", "''")}'`);
    chmodSync(target, 0o600);
  });
}

/**
 * Makes one file of a copy, and checks it.
 *
 * @throws SpotterError log.newer; log.unusable when it is damaged
 */
export function sealCopy(file: string): LogSummary {
  return guarded(file, (db) => {
    const version = versionOf(db, file);
    db.pragma('journal_mode = DELETE');
    db.check();
    const { count } = db.prepare<{ count: number }>('SELECT count(*) AS count FROM events').get() ?? {
      count: 0,
    };
    const last = db.prepare<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get();
    return { version, events: count, lastSeq: last?.seq ?? 0 };
  });
}

/**
 * Looks at the log of a folder that no process uses.
 *
 * @returns how many events there are, and when the newest one was stored, Unix ms
 * @throws SpotterError log.locked when a process uses it; log.newer, log.unusable, log.unwritable
 */
export function inspectLog(folder: string): { events: number; newestMs: number | null } {
  const file = path.join(folder, LOG_FILE);
  return guarded(file, (db) => {
    if (versionOf(db, file) === 0) return { events: 0, newestMs: null };
    const count = db.prepare<{ count: number }>('SELECT count(*) AS count FROM events').get();
    const last = db
      .prepare<{ at: number }>('SELECT published_ms AS at FROM events ORDER BY seq DESC LIMIT 1')
      .get();
    return { events: count?.count ?? 0, newestMs: last?.at ?? null };
  });
}

function guarded<T>(file: string, work: (db: Database) => T): T {
  let db: Database | undefined;
  try {
    db = new Database(file);
    return work(db);
  } catch (error) {
    if (faultOf(error) === 'corrupt')
      throw new SpotterError(
        'log.unusable',
        `the event log ${file} is damaged; start spotter once, which moves it aside, or use another backup`,
        { cause: error },
      );
    throw explainFault(error, file);
  } finally {
    db?.close();
  }
}
