import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describeFileError, hasErrno, SpotterError } from '../core/errors.js';
import { addCamera, type CameraEntry } from './cameraEdit.js';
import { loadConfig, loadIncompleteConfig } from './load.js';
import { editSettings, type SettingChange } from './settingEdit.js';
import { CONNECTIONS } from './unusedSections.js';
import type { EditedText } from './yamlText.js';

/**
 * Checks that a configuration can be written, before the work for it is done.
 *
 * @throws SpotterError usage
 */
export function checkConfigWritable(file: string): void {
  try {
    const target = realpathSync(file);
    accessSync(path.dirname(target), constants.W_OK);
    // Whoever has made it read-only, does not want it replaced either.
    if ((statSync(target).mode & 0o222) === 0)
      throw new SpotterError('usage', `cannot write ${file}: it is read-only; make it writable`);
  } catch (cause) {
    if (cause instanceof SpotterError) throw cause;
    throw new SpotterError('usage', `cannot write ${file}: ${whyNot(cause)}`, { cause });
  }
}

/**
 * Sets values in a configuration file, whole or not at all, with its permissions. The result is loaded before it takes the
 * place of the file.
 *
 * @returns the lines that differ
 * @throws SpotterError usage, with what to write by hand; config.invalid when the result would not be valid
 */
export function writeSettings(file: string, changes: readonly SettingChange[]): EditedText['lines'] {
  const byHand = `set ${changes.map(({ section, key, value }) => `${section === null ? '' : `${section}.`}${key}: ${value}`).join(' and ')} by hand`;
  const check = (part: string) => loadConfig(part, undefined, undefined, CONNECTIONS);
  return writeEdited(file, (text) => editSettings(text, changes), 'the value', byHand, check);
}

/**
 * Adds a camera to the end of the list in a configuration file; see {@link writeSettings}.
 *
 * @returns the lines that differ
 * @throws SpotterError usage, with what to do by hand; config.invalid when the result would not be valid
 */
export function writeCamera(file: string, camera: CameraEntry): EditedText['lines'] {
  const byHand = `add ${camera.id} to "cameras" by hand`;
  const check = (part: string) => loadIncompleteConfig(part, () => {}, path.dirname(part), CONNECTIONS);
  return writeEdited(file, (text) => addCamera(text, camera), 'the list of cameras', byHand, check);
}

function writeEdited(
  file: string,
  edit: (text: string) => EditedText | null,
  what: string,
  byHand: string,
  check: (part: string) => unknown,
): EditedText['lines'] {
  // A link stays a link.
  const target = realpathSync(file);
  const edited = edit(readFileSync(target, 'utf8'));
  if (!edited)
    throw new SpotterError(
      'usage',
      `cannot change ${file}: ${what} is an alias, comes from the environment or is nested in a way that is not understood; ${byHand}`,
    );
  const part = `${target}.part`;
  try {
    rmSync(part, { force: true });
    const { mode, uid, gid } = statSync(target);
    writeFileSync(part, edited.text, { mode: 0o600, flag: 'wx' });
    chown(part, uid, gid);
    chmodSync(part, mode & 0o777);
    // Secrets that are not here have nothing to do with the change.
    check(part);
    renameSync(part, target);
  } catch (cause) {
    removeFile(part);
    if (cause instanceof SpotterError) throw cause;
    throw new SpotterError('usage', `cannot write ${file}: ${whyNot(cause)}; or ${byHand}`, { cause });
  }
  return edited.lines;
}

/** What cannot be removed, such as a folder of this name, is not ours; the first failure says more. */
function removeFile(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Nothing of ours is left.
  }
}

/** As another user, who may not give files away, the file becomes one's own. */
function chown(file: string, uid: number, gid: number): void {
  try {
    chownSync(file, uid, gid);
  } catch (error) {
    if (!hasErrno(error, 'EPERM')) throw error;
  }
}

function whyNot(cause: unknown): string {
  if (hasErrno(cause, 'EACCES', 'EPERM')) return 'permission denied; make its folder writable';
  if (hasErrno(cause, 'EROFS')) return 'the file system is read-only; make it writable';
  if (hasErrno(cause, 'ENOSPC')) return 'the disk is full; free some space';
  if (hasErrno(cause, 'EBUSY')) return 'it is mounted as a single file; mount its folder instead';
  return `${describeFileError(cause)}; check the file`;
}
