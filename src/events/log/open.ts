import { chmodSync, closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { Database, faultOf } from '../../core/database.js';
import { describeError, SpotterError } from '../../core/errors.js';
import { makePrivateFolder } from '../../core/folders.js';
import { LogStore } from './logStore.js';
import { migrate, versionOf } from './migrations.js';

/** The file of the log in the data folder. */
export const LOG_FILE = 'events.db';
const COMPANIONS = ['', '-wal', '-shm', '-journal'];
/** A log up to this size is checked at the start, in less than a second; damage of a larger one shows when it is read. */
const CHECKED_BYTES = 64 << 20;
/** A larger write-ahead log is truncated to this. */
const WAL_BYTES = 8 << 20;

/** A log that has been opened or created. */
export interface Opened {
  store: LogStore;
  /** One sentence when a damaged log has been set aside; else null. */
  replaced: string | null;
}

/**
 * Opens the log in a folder, or creates one. A damaged log is set aside and replaced by a new one.
 *
 * @param firstSeq number of the first event of a new log
 * @throws SpotterError log.locked, log.newer and log.unusable, which need the user; log.unwritable, which may pass
 */
export function openLogStore(folder: string, firstSeq: number): Opened {
  const file = path.join(folder, LOG_FILE);
  try {
    makePrivateFolder(folder);
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
  } catch (cause) {
    const code = faultOfSystem(cause);
    throw new SpotterError(code, unwritable(file, cause), { cause });
  }
  try {
    return { store: open(file, firstSeq), replaced: null };
  } catch (error) {
    if (faultOf(error) !== 'corrupt') throw explainFault(error, file);
    const replaced = setAside(folder, damageOf(error));
    try {
      return { store: open(file, firstSeq), replaced };
    } catch (again) {
      throw explainFault(again, file);
    }
  }
}

/** What has happened to a damaged log, as the beginning of a sentence. */
export function damageOf(error: unknown): string {
  return `the event log was damaged (${describeError(error)})`;
}

/** Renames what there is of a log and its companion files. @param what beginning of the sentence that is returned */
export function setAside(folder: string, what: string): string {
  const file = path.join(folder, LOG_FILE);
  const aside = freeName(`${file}.corrupt-${new Date().toISOString().replaceAll(':', '-')}`);
  const found = COMPANIONS.filter((companion) => existsSync(file + companion));
  for (const companion of found) renameSync(file + companion, aside + companion);
  if (found.length === 0) return `${what}; started a new one`;
  return `${what}; moved it to ${aside} and started a new one`;
}

function freeName(name: string): string {
  let free = name;
  for (let number = 2; existsSync(free); number++) free = `${name}-${number}`;
  return free;
}

function open(file: string, firstSeq: number): LogStore {
  const db = new Database(file);
  try {
    // Before anything changes in the file.
    const version = versionOf(db, file);
    // Has an effect only before the first table is created.
    db.pragma('auto_vacuum = INCREMENTAL');
    db.pragma('journal_mode = WAL');
    // After the journal mode, or the lock could not be released at the end.
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('synchronous = FULL');
    db.pragma('secure_delete = ON');
    db.pragma(`journal_size_limit = ${WAL_BYTES}`);
    // Takes the lock.
    db.transaction(() => {});
    if (statSync(file).size <= CHECKED_BYTES) db.check();
    migrate(db, version, firstSeq);
    return new LogStore(db, file);
  } catch (error) {
    db.close();
    throw error;
  }
}

function unwritable(file: string, cause: unknown): string {
  return `the event log ${file} cannot be written (${describeError(cause)}); make it writable, or set data to another folder`;
}

/** An error of SQLite as a SpotterError with one sentence for the user; any other error as it is. */
export function explainFault(error: unknown, file: string): unknown {
  switch (faultOf(error)) {
    case 'locked':
      return new SpotterError(
        'log.locked',
        `${file} is in use by another spotter; stop that one, or set data to another folder`,
        { cause: error },
      );
    case 'full':
      return new SpotterError('log.unwritable', `no space left on the disk for the event log ${file}`, {
        cause: error,
      });
    case 'unwritable':
      return new SpotterError('log.unwritable', unwritable(file, error), { cause: error });
    default:
      return error;
  }
}

/** Whether the user has to fix it, or it may pass. */
function faultOfSystem(error: unknown): 'log.unwritable' | 'log.unusable' {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EIO' ? 'log.unwritable' : 'log.unusable';
}
