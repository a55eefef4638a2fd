import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { ACCESS_FILE, AccessFile, hasAccessFile } from '../auth/accessFile.js';
import { loadConfig } from '../config/load.js';
import {
  describeError,
  describeFileError,
  hasErrno,
  SpotterError,
  throwIfInterrupted,
} from '../core/errors.js';
import { readableStats } from '../core/folders.js';
import { plural } from '../core/plural.js';
import { sealCopy } from '../events/log/logCopy.js';
import { LOG_FILE } from '../events/log/open.js';
import { packedFolder, unpack } from './backupArchive.js';
import { type BackupManifest, MANIFEST, parseManifest } from './backupManifest.js';
import type { Context } from './context.js';
import type { CommonOptions } from './options.js';
import { printJson, printLine, printToStderr } from './print.js';

/** Options of `spotter restore`. */
export interface RestoreOptions extends CommonOptions {
  /** Default: the working folder. */
  to?: string;
  json?: boolean;
}

/** What a backup consists of; the configuration is put into place last. */
const PARTS = ['data', 'gallery', 'config.yaml'];

/**
 * `spotter restore`: puts a backup into an empty folder, whole or not at all, once everything in it has been checked.
 *
 * @throws SpotterError usage; log.newer and log.unusable for the log in it
 */
export async function restore({ signal }: Context, file: string, options: RestoreOptions): Promise<number> {
  if (options.to !== undefined && options.dir !== undefined)
    throw new SpotterError('usage', '--to and --dir name two folders; give one of them');
  const to = options.to ?? options.dir ?? '.';
  if (to === '') throw new SpotterError('usage', '--to is empty; name a folder');
  const folder = path.resolve(to);
  checkArchive(file);
  const isNew = prepareFolder(folder, to);
  let stage: string | null = null;
  const moved: string[] = [];
  let isDone = false;
  try {
    stage = mkdtempSync(path.join(folder, '.restore-'));
    await unpack(file, stage, isOfBackup);
    const manifest = await verify(stage, file);
    throwIfInterrupted(signal);
    if (existsSync(path.join(stage, 'data'))) chmodSync(path.join(stage, 'data'), 0o700);
    for (const part of PARTS) {
      if (!existsSync(path.join(stage, part))) continue;
      renameSync(path.join(stage, part), path.join(folder, part));
      moved.push(part);
    }
    isDone = true;
    report(to, manifest, options);
    return 0;
  } catch (cause) {
    if (cause instanceof SpotterError) throw cause;
    throw new SpotterError(
      'usage',
      `cannot restore into ${to}: ${describeFileError(cause)}; free some space, or name another folder with --to`,
      { cause },
    );
  } finally {
    if (stage !== null) rmSync(stage, { recursive: true, force: true });
    if (!isDone) for (const part of moved) rmSync(path.join(folder, part), { recursive: true, force: true });
    if (!isDone && isNew && readdirSync(folder).length === 0) rmdirSync(folder);
  }
}

function checkArchive(file: string): void {
  const stats = readableStats(file, file);
  if (stats?.isFile()) return;
  throw new SpotterError(
    'usage',
    `${file} ${stats ? 'is not a file' : 'does not exist'}; give a file of "spotter backup"`,
  );
}

/** @returns whether the folder is new @throws SpotterError usage when something is in it */
function prepareFolder(folder: string, to: string): boolean {
  try {
    const found = readdirSync(folder);
    if (found.length === 0) return false;
    throw new SpotterError(
      'usage',
      `${to === '.' ? 'the working folder' : to} is not empty (${found[0]}), and nothing is overwritten; name a new folder with --to`,
    );
  } catch (cause) {
    if (cause instanceof SpotterError) throw cause;
    if (!hasErrno(cause, 'ENOENT'))
      throw new SpotterError(
        'usage',
        `cannot use ${to}: ${describeFileError(cause)}; name another folder with --to`,
        { cause },
      );
  }
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (cause) {
    throw new SpotterError(
      'usage',
      `cannot make ${to}: ${describeFileError(cause)}; name another folder with --to`,
      { cause },
    );
  }
}

function isOfBackup(name: string): boolean {
  return (
    [
      MANIFEST,
      'config.yaml',
      `data/${LOG_FILE}`,
      `data/${ACCESS_FILE}`,
      'data/installation',
      'gallery',
    ].includes(name) || name.startsWith('gallery/')
  );
}

/** @throws SpotterError when the backup is not whole, or is of a newer spotter */
async function verify(stage: string, archive: string): Promise<BackupManifest> {
  const broken = (why: string) =>
    new SpotterError('usage', `${archive} is damaged: ${why}; use another backup`);
  for (const part of [MANIFEST, 'config.yaml', 'gallery']) {
    const stats = statSync(path.join(stage, part), { throwIfNoEntry: false });
    if (!stats || stats.isDirectory() !== (part === 'gallery')) throw broken(`${part} is missing`);
  }
  const manifest = parseManifest(readFileSync(path.join(stage, MANIFEST), 'utf8'), archive);
  const gallery = await packedFolder(path.join(stage, 'gallery'), 'gallery');
  const bytes = gallery.reduce((sum, one) => sum + one.bytes, 0);
  if (gallery.length !== manifest.gallery.files || bytes !== manifest.gallery.bytes)
    throw broken('the gallery is not complete');
  await verifyAccess(path.join(stage, 'data'), archive, broken);
  const log = path.join(stage, 'data', LOG_FILE);
  if (existsSync(log) !== (manifest.log !== null)) throw broken('the event log is missing');
  if (manifest.log === null) return manifest;
  const { events, lastSeq } = sealed(log, archive, broken);
  if (events !== manifest.log.events || lastSeq !== manifest.log.lastSeq)
    throw broken('the event log is not complete');
  return manifest;
}

async function verifyAccess(
  data: string,
  archive: string,
  broken: (why: string) => SpotterError,
): Promise<void> {
  if (!hasAccessFile(data)) return;
  const file = new AccessFile(data);
  try {
    await file.start();
    await file.stop();
  } catch (error) {
    if (error instanceof SpotterError && error.code === 'access.newer')
      throw new SpotterError(
        'access.newer',
        `the users in ${archive} were written by a newer spotter; restore it with that one`,
        { cause: error },
      );
    throw broken('its users and tokens cannot be opened');
  }
}

function sealed(
  log: string,
  archive: string,
  broken: (why: string) => SpotterError,
): ReturnType<typeof sealCopy> {
  try {
    return sealCopy(log);
  } catch (error) {
    // Of a newer spotter, it is not damaged; and its place is a folder that is gone afterwards.
    if (error instanceof SpotterError && error.code === 'log.newer')
      throw new SpotterError(
        'log.newer',
        `the event log in ${archive} was written by a newer spotter; restore it with that one`,
        { cause: error },
      );
    throw broken('its event log cannot be opened');
  }
}

function report(to: string, manifest: BackupManifest, { json, quiet }: RestoreOptions): void {
  const { log, leftOut, createdAt } = manifest;
  const file = path.join(to, 'config.yaml');
  if (json) printJson({ folder: to, ...manifest });
  else
    printLine(
      `${to}: the backup of ${createdAt} is restored, with ${log === null ? 'no event log' : plural(log.events, 'event')}`,
    );
  if (quiet) return;
  for (const key of leftOut) printToStderr(`fill in the secret: ${key} in ${file}`);
  try {
    loadConfig(file);
  } catch (error) {
    // Of variables and files that are not on this machine yet.
    printToStderr(`complete ${file}: ${describeError(error)}; see "spotter config check -c ${file}"`);
  }
}
