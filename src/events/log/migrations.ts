import { randomUUID } from 'node:crypto';
import type { Database } from '../../core/database.js';
import { SpotterError } from '../../core/errors.js';

/**
 * One entry per version; a released one is never changed.
 *
 * `high_ms` is the latest capture time of all events up to this one, so it grows with seq and maps times to numbers. There is
 * one index per combination of filters, and one of tracks, each ending in seq, so that a page of any of them is read from one index. The
 * explanation has its own column, because it is shown on request only. `fence` is for the cluster; the log of its feed finds by `id` what
 * it has already.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
   CREATE TABLE events (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL,
     kind TEXT NOT NULL,
     camera TEXT NOT NULL,
     person TEXT,
     track TEXT,
     captured_ms INTEGER NOT NULL,
     published_ms INTEGER NOT NULL,
     high_ms INTEGER NOT NULL,
     body TEXT NOT NULL,
     explain TEXT
   ) STRICT;
   CREATE INDEX events_time ON events (high_ms);
   CREATE INDEX events_k ON events (kind);
   CREATE INDEX events_c ON events (camera);
   CREATE INDEX events_ck ON events (camera, kind);
   CREATE INDEX events_p ON events (person) WHERE person IS NOT NULL;
   CREATE INDEX events_pk ON events (person, kind) WHERE person IS NOT NULL;
   CREATE INDEX events_pc ON events (person, camera) WHERE person IS NOT NULL;
   CREATE INDEX events_pck ON events (person, camera, kind) WHERE person IS NOT NULL;
   CREATE TABLE cursors (sink TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE dead_letters (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     sink TEXT NOT NULL,
     seq INTEGER NOT NULL,
     reason TEXT NOT NULL,
     at TEXT NOT NULL
   ) STRICT;
   CREATE INDEX dead_letters_seq ON dead_letters (seq);`,
  `CREATE TABLE reviewed (
     reader TEXT NOT NULL,
     seq INTEGER NOT NULL,
     PRIMARY KEY (reader, seq)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX reviewed_seq ON reviewed (seq);
   CREATE TRIGGER events_reviewed AFTER DELETE ON events
   BEGIN DELETE FROM reviewed WHERE seq = old.seq; END;`,
  `ALTER TABLE events ADD COLUMN fence TEXT;
   CREATE INDEX events_id ON events (id);`,
  'CREATE INDEX events_t ON events (track) WHERE track IS NOT NULL;',
];

/**
 * The version of a log; 0 for one that is being created.
 *
 * @throws SpotterError log.newer
 */
export function versionOf(db: Database, file: string): number {
  const version = Number(db.pragma('user_version'));
  if (version <= MIGRATIONS.length) return version;
  throw new SpotterError(
    'log.newer',
    `${file} was written by a newer spotter (log version ${version}, this one supports ${MIGRATIONS.length}); use the newer spotter, or move the file away`,
  );
}

/**
 * Migrates a database to the current version; a new one gets a new epoch.
 *
 * @param version its version now
 * @param firstSeq number of the first event of a new log, from 1
 * @param epoch id of a new log
 */
export function migrate(db: Database, version: number, firstSeq: number, epoch: string = randomUUID()): void {
  if (version === MIGRATIONS.length) return;
  db.transaction(() => {
    for (const sql of MIGRATIONS.slice(version)) db.exec(sql);
    if (version === 0) {
      db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)').run('epoch', epoch);
      db.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)').run('events', firstSeq - 1);
    }
    db.pragma(`user_version = ${MIGRATIONS.length}`);
  });
}
