import { closeSync, existsSync, lstatSync, openSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describeFileError, hasErrno, SpotterError } from '../core/errors.js';
import { isFolder, makePrivateFolder } from '../core/folders.js';
import type { Context } from './context.js';
import { CONFIG_NAME } from './home.js';
import { STARTER_CONFIG, STARTER_GITIGNORE } from './homeFiles.js';
import { nextSteps } from './nextSteps.js';
import type { CommonOptions } from './options.js';
import { printLine, printLines } from './print.js';

const FOLDERS = ['gallery', 'data'];
const IGNORE_NAME = '.gitignore';

/**
 * `spotter init`: makes a home. What is there, such as a gallery, is kept as it is.
 *
 * @throws SpotterError usage when there is a configuration, something is in the way or cannot be written; nothing is then
 *   changed or left behind
 */
export async function init(
  _context: Context,
  given: string | undefined,
  { dir, config, quiet }: CommonOptions,
): Promise<number> {
  if (config !== undefined)
    throw new SpotterError(
      'usage',
      `init makes a ${CONFIG_NAME} in a folder of its own, so --config does not apply; name the folder`,
    );
  if (given !== undefined && dir !== undefined)
    throw new SpotterError('usage', 'init takes a folder or --dir, not both; give one of them');
  const named = given ?? dir ?? '.';
  if (named === '')
    throw new SpotterError('usage', 'init "" names no folder; give its name, or none for the working folder');
  const folder = path.resolve(named);
  refuseWhatIsInTheWay(folder);
  const made = make(folder);
  if (!quiet) report(folder, made);
  return 0;
}

/** @throws SpotterError usage */
function refuseWhatIsInTheWay(folder: string): void {
  const refuse = (why: string) => {
    throw new SpotterError('usage', `${why}; nothing was changed, choose another folder`);
  };
  // A link that leads nowhere is in the way, too.
  const isThere = (file: string) => {
    try {
      return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
    } catch {
      return false;
    }
  };
  if (!isFolder(folder)) {
    // What is in the way above it is found when it is made.
    if (isThere(folder)) refuse(`${folder} is not a folder`);
    return;
  }
  if (isThere(path.join(folder, CONFIG_NAME))) refuse(`${folder} already has a ${CONFIG_NAME}`);
  for (const name of FOLDERS) {
    const file = path.join(folder, name);
    if (isThere(file) && !isFolder(file)) refuse(`${file} is not a folder`);
  }
}

/** Makes what is missing, all of it or nothing. @returns what was made. @throws SpotterError usage */
function make(folder: string): string[] {
  const undo: (() => void)[] = [];
  const made: string[] = [];
  const makeFolder = (name: string) => {
    if (existsSync(name)) return false;
    if (path.dirname(name) !== name) makeFolder(path.dirname(name));
    makePrivateFolder(name);
    undo.push(() => rmdirSync(name));
    return true;
  };
  const makeFile = (name: string, content: string) => {
    const file = path.join(folder, name);
    // Addresses of cameras contain passwords.
    const handle = openSync(file, 'wx', 0o600);
    // The file is there now, even when it cannot be written.
    undo.push(() => rmSync(file));
    try {
      writeFileSync(handle, content);
    } finally {
      closeSync(handle);
    }
    made.push(name);
  };
  try {
    makeFolder(folder);
    for (const name of FOLDERS) if (makeFolder(path.join(folder, name))) made.push(`${name}/`);
    if (!existsSync(path.join(folder, IGNORE_NAME))) makeFile(IGNORE_NAME, STARTER_GITIGNORE);
    // Last: with it, the folder is a home.
    makeFile(CONFIG_NAME, STARTER_CONFIG);
    return made.reverse();
  } catch (cause) {
    for (const step of undo.reverse()) step();
    throw new SpotterError('usage', `cannot make a home in ${folder}: ${whyNot(cause)}`, { cause });
  }
}

function report(folder: string, made: readonly string[]): void {
  const kept = [...FOLDERS.map((name) => `${name}/`), IGNORE_NAME].filter((name) => !made.includes(name));
  printLine(
    `${folder}: made ${made.join(', ')}${kept.length > 0 ? `; kept ${kept.join(', ')} as before` : ''}`,
  );
  if (kept.includes(IGNORE_NAME))
    printLine(`keep photos and events out of git: add gallery/ and data/ to ${IGNORE_NAME}`);
  printLine('');
  const relative = path.relative(process.cwd(), folder);
  printLines(nextSteps(relative === '' ? '.' : relative.startsWith('..') ? folder : relative));
}

function whyNot(cause: unknown): string {
  if (hasErrno(cause, 'EACCES', 'EPERM')) return 'permission denied; choose a folder of yours';
  if (hasErrno(cause, 'EROFS')) return 'the file system is read-only; choose another folder';
  if (hasErrno(cause, 'ENOSPC')) return 'the disk is full; free some space';
  if (hasErrno(cause, 'ENOTDIR', 'EEXIST')) return 'a file is in the way; choose another folder';
  if (hasErrno(cause, 'ENOENT')) return 'no folder can be made there; choose another one';
  return `${describeFileError(cause)}; choose another folder`;
}
