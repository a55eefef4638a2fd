import { chmodSync, closeSync, existsSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { Database, faultOf } from '../../core/database.js';
import { describeError, describeFileError, SpotterError } from '../../core/errors.js';
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

/** How to open a log. */
export interface OpenLogOptions {
  /** Number of the first event of a new log. */
  firstSeq: number;
  /** Id of a new log; by default a random one. */
  epoch?: string | undefined;
  /** The log can be made again from elsewhere: the last events before a loss of power may be missing, and a damaged one is deleted. */
  isCopy?: boolean | undefined;
}

/**
 * Opens the log in a folder, or creates one. A damaged log is set aside and replaced by a new one.
 *
 * @throws SpotterError log.locked, log.newer and log.unusable, which need the user; log.unwritable, which may pass
 */
export function openLogStore(folder: string, options: OpenLogOptions): Opened {
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
    return { store: open(file, options), replaced: null };
  } catch (error) {
    if (faultOf(error) !== 'corrupt') throw explainFault(error, file);
    const replaced = putAway(folder, damageOf(error), options.isCopy);
    try {
      return { store: open(file, options), replaced };
    } catch (again) {
      throw explainFault(again, file);
    }
  }
}

/** What has happened to a damaged log, as the beginning of a sentence. */
export function damageOf(error: unknown): string {
  return `the event log was damaged (${describeError(error)})`;
}

/** Deletes what there is of a log and its companion files. */
export function discardLog(folder: string): void {
  for (const companion of COMPANIONS) rmSync(path.join(folder, LOG_FILE + companion), { force: true });
}

/** Makes room for a new log. @param isCopy it is deleted, not renamed @returns what has happened; see {@link setAside} */
export function putAway(folder: string, what: string, isCopy = false): string {
  if (!isCopy) return setAside(folder, what);
  discardLog(folder);
  return `${what}; deleted it, and started a new one`;
}

/** Renames what there is of a log and its companion files. @param what beginning of the sentence that is returned */
function setAside(folder: string, what: string): string {
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

function open(file: string, { firstSeq, epoch, isCopy = false }: OpenLogOptions): LogStore {
  const db = new Database(file);
  try {
    // Before anything changes in the file.
    const version = versionOf(db, file);
    // Has an effect only before the first table is created.
    db.pragma('auto_vacuum = INCREMENTAL');
    db.pragma('journal_mode = WAL');
    // After the journal mode, or the lock could not be released at the end.
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma(`synchronous = ${isCopy ? 'NORMAL' : 'FULL'}`);
    db.pragma('secure_delete = ON');
    db.pragma(`journal_size_limit = ${WAL_BYTES}`);
    // Takes the lock.
    db.transaction(() => {});
    if (statSync(file).size <= CHECKED_BYTES) db.check();
    migrate(db, version, firstSeq, epoch);
    return new LogStore(db, file);
  } catch (error) {
    db.close();
    throw error;
  }
}

function unwritable(file: string, cause: unknown): string {
  return `the event log ${file} cannot be written (${describeFileError(cause)}); make it writable, or set data to another folder`;
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

/** Closes a log, whatever comes of it. Safe twice. */
export function closeAnyway(store: LogStore): void {
  try {
    store.close();
  } catch {
    // What is committed is safe.
  }
}
