import { existsSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ACCESS_FILE, AccessFile } from '../auth/accessFile.js';
import { shareableConfig } from '../config/configText.js';
import type { LoadedConfig } from '../config/load.js';
import { schema } from '../config/schema.js';
import type { Section } from '../config/unusedSections.js';
import { describeFileError, hasErrno, SpotterError, throwIfInterrupted } from '../core/errors.js';
import { packageVersion } from '../core/package.js';
import { plural } from '../core/plural.js';
import { copyUnusedLog, type LogSummary, sealCopy } from '../events/log/logCopy.js';
import { LOG_FILE } from '../events/log/open.js';
import { probeFolder } from '../gallery/folderProbe.js';
import { copyIntoFolder, isCopyFolder } from '../supervisor/logCopies.js';
import { type Packed, pack, packedFolder } from './backupArchive.js';
import { BACKUP_FORMAT, type BackupManifest, MANIFEST } from './backupManifest.js';
import type { Context } from './context.js';
import { askDaemon } from './daemonClient.js';
import { type CommonOptions, incompleteConfigOf } from './options.js';
import { checkOutputPlace, type OutputKind, outputRefusal } from './outputFile.js';
import { printJson, printLine, printToStderr } from './print.js';
import { temporaryFolder } from './temporaryFolder.js';

/** Options of `spotter backup`. */
export interface BackupOptions extends CommonOptions {
  force?: boolean;
  json?: boolean;
}

/** Of these, only the text of the configuration is saved, and the references in it stay. */
const NOT_SAVED = (Object.keys(schema.shape) as Section[]).filter(
  (section) => section !== 'gallery' && section !== 'data',
);
const ARCHIVE: OutputKind = { what: 'backup', example: 'spotter.tar.gz' };
/** In the data folder, and in a backup. */
const KEPT_FILES = ['installation'];

/**
 * `spotter backup`: event log, users and tokens, gallery and configuration in one archive, whole or not at all, readable by its owner only.
 *
 * @throws SpotterError usage, gallery.not_found, and of the log
 */
export async function backup({ signal }: Context, file: string, options: BackupOptions): Promise<number> {
  const loaded = incompleteConfigOf(options, NOT_SAVED);
  const { config } = loaded;
  const target = path.resolve(file);
  checkOutputPlace(file, config.gallery.folder, ARCHIVE);
  if (existsSync(target) && !options.force)
    throw new SpotterError('usage', `${file} exists; name another file, or replace it with --force`);
  const stage = temporaryFolder('backup');
  const part = `${target}.part`;
  let copy: string | null = null;
  try {
    const gallery = await galleryEntries(config.gallery.folder);
    copy = await copyLog(config.data, signal);
    const log = copy === null ? null : sealCopy(path.join(copy, LOG_FILE));
    throwIfInterrupted(signal);
    const access = await copyAccess(config.data, stage);
    const { text, leftOut } = shareableText(loaded);
    const manifest = manifestOf(log, gallery, leftOut);
    writeFileSync(path.join(stage, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    writeFileSync(path.join(stage, 'config.yaml'), text, { mode: 0o600 });
    const entries = [
      ...[MANIFEST, 'config.yaml'].map((name) => entry(path.join(stage, name), name)),
      ...(copy === null ? [] : [entry(path.join(copy, LOG_FILE), `data/${LOG_FILE}`)]),
      ...(access === null ? [] : [entry(access, `data/${ACCESS_FILE}`)]),
      ...KEPT_FILES.map((name) => entry(path.join(config.data, name), `data/${name}`)).filter(({ from }) =>
        existsSync(from),
      ),
      ...gallery,
    ];
    rmSync(part, { force: true });
    await writeArchive(part, entries, file);
    throwIfInterrupted(signal);
    renameSync(part, target);
    report(file, manifest, options);
    return 0;
  } finally {
    for (const folder of [stage, copy]) if (folder !== null) rmSync(folder, { recursive: true, force: true });
    rmSync(part, { force: true });
  }
}

/** A copy of the log in a folder of its own, whoever uses the log; null when there is none. */
async function copyLog(data: string, signal: AbortSignal): Promise<string | null> {
  if (!isThere(path.join(data, LOG_FILE))) return null;
  try {
    return path.join(data, await copyIntoFolder(data, (target) => copyUnusedLog(data, target)));
  } catch (error) {
    if (error instanceof Error && 'syscall' in error)
      throw new SpotterError(
        'usage',
        `cannot copy the event log within ${data}: ${describeFileError(error)}; make the folder writable`,
        { cause: error },
      );
    if (!(error instanceof SpotterError) || error.code !== 'log.locked') throw error;
  }
  const { folder } = (await askDaemon(data, 'POST', '/api/v1/log/copy', signal)) as { folder: string };
  if (typeof folder === 'string' && isCopyFolder(folder)) return path.join(data, folder);
  throw new SpotterError(
    'log.locked',
    `the daemon that uses ${data} is of another version; restart it, and try again`,
  );
}

/** A copy of users and tokens, which are hashes, without sessions; null when there are none. */
async function copyAccess(data: string, stage: string): Promise<string | null> {
  if (!isThere(path.join(data, ACCESS_FILE))) return null;
  const file = new AccessFile(data);
  await file.start();
  try {
    const target = path.join(stage, ACCESS_FILE);
    file.copyTo(target);
    return target;
  } finally {
    await file.stop();
  }
}

/** @throws SpotterError usage where that cannot be said, so that no backup lacks what is there */
function isThere(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch (cause) {
    throw readRefusal(cause);
  }
}

async function galleryEntries(folder: string): Promise<Packed[]> {
  await probeFolder(folder);
  try {
    return await packedFolder(realpathSync(folder), 'gallery', (name, why) =>
      printToStderr(`left out: ${name} ${why}`),
    );
  } catch (cause) {
    throw readRefusal(cause);
  }
}

async function writeArchive(part: string, entries: readonly Packed[], file: string): Promise<void> {
  try {
    await pack(part, entries);
  } catch (cause) {
    const { path: place = part } = cause as NodeJS.ErrnoException;
    throw place === part ? outputRefusal(file, ARCHIVE, cause) : readRefusal(cause);
  }
}

/** The error for what a backup cannot read, and so would lack. @param cause the system's error, with a path */
function readRefusal(cause: unknown): SpotterError {
  const why = hasErrno(cause, 'ENOENT', 'EOF')
    ? 'it does not exist, or has just changed; check it and try again'
    : `${hasErrno(cause, 'EACCES', 'EPERM') ? 'permission denied' : describeFileError(cause)}; check its permissions and its name, or make the backup as the user of the daemon`;
  return new SpotterError('usage', `cannot read ${(cause as NodeJS.ErrnoException).path}: ${why}`, { cause });
}

/** Of the file, if there is one; its folders are those of the backup. */
function shareableText(loaded: LoadedConfig): ReturnType<typeof shareableConfig> {
  if (loaded.file === null) return { text: '# Configuration of spotter: the defaults.\n', leftOut: [] };
  return shareableConfig(readFileSync(loaded.file, 'utf8'), loaded, { gallery: 'gallery', data: 'data' });
}

function manifestOf(log: LogSummary | null, gallery: readonly Packed[], leftOut: string[]): BackupManifest {
  return {
    format: BACKUP_FORMAT,
    spotter: packageVersion,
    createdAt: new Date().toISOString(),
    log,
    gallery: { files: gallery.length, bytes: gallery.reduce((sum, { bytes }) => sum + bytes, 0) },
    leftOut,
  };
}

function entry(from: string, name: string): Packed {
  return { from: path.resolve(from), name, bytes: 0 };
}

function report(file: string, manifest: BackupManifest, { json, quiet }: BackupOptions): void {
  const { log, gallery, leftOut } = manifest;
  if (json) printJson({ file, ...manifest });
  if (json) return;
  const events = log === null ? 'no event log' : plural(log.events, 'event');
  printLine(
    `${file}: ${events}, the gallery with ${plural(gallery.files - 1, 'file or folder', 'files and folders')}, the configuration`,
  );
  if (quiet) return;
  for (const key of leftOut) printToStderr(`left out: the secret in ${key}`);
  printToStderr(
    'left out: snapshots, sessions, models, and files that the configuration names (certificates, secrets)',
  );
}
