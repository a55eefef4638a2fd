import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { hasErrno } from '../core/errors.js';
import { isAbandoned, processMark } from '../core/processMark.js';
import { type Files, localFiles } from './files.js';
import { isClutter } from './photoFiles.js';
import { SET_ASIDE } from './setAsideFolders.js';

/** How the name of what is being removed begins. */
const REMOVED = '.removed-';
/** The mark of a file that is being written: `.MARK.part`; earlier versions wrote `.MARK.adding` and `person.yaml.MARK.part`. */
const UNFINISHED = /^(?:\.|.+\.ya?ml\.)(.+)\.(?:part|adding)$/i;

/**
 * Writes a file of a gallery, whole or not at all: under a hidden name first, so that nobody ever reads half of it. One that is there
 * keeps its permissions and, as far as this user may give files away, its owner.
 *
 * @throws the system's error; the file is then as it was
 */
export async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  const part = path.join(path.dirname(file), `.${processMark()}.part`);
  const before = await stat(file).catch(() => null);
  try {
    const handle = await open(part, 'wx', before ? 0o600 : 0o666);
    try {
      await handle.writeFile(content);
      if (before) {
        await handle.chown(before.uid, before.gid).catch(unlessForbidden);
        await handle.chmod(before.mode & 0o777).catch(unlessForbidden);
      }
    } finally {
      await handle.close();
    }
    await rename(part, file);
  } finally {
    await rm(part, { force: true });
  }
}

/**
 * Removes a file, or a folder with everything in it, from a gallery. A rename takes it away at once, however long its removal takes. What
 * cannot be removed gets its name back: hidden, it would be a person whom nobody can remove or forget any more.
 *
 * @param root the gallery, without links
 * @throws the system's error
 */
export async function removeWhole(root: string, place: string): Promise<void> {
  const hidden = path.join(root, `${REMOVED}${randomUUID()}`);
  await rename(place, hidden);
  try {
    await rm(hidden, { recursive: true, force: true });
  } catch (cause) {
    await rename(hidden, place).catch(() => {});
    throw cause;
  }
}

/**
 * Removes what interrupted changes have left in a gallery, but nothing that another process is writing just now. Follows no link.
 *
 * @param files looks for it; default: those of this machine
 * @returns the first failure, null without one: what cannot be removed is no reason to refuse another change. Never rejects.
 */
export async function removeLeftovers(root: string, files: Files = localFiles): Promise<unknown> {
  let failure: unknown = null;
  const remove = (place: string) =>
    rm(place, { recursive: true, force: true }).catch((error: unknown) => {
      failure ??= error;
    });
  const sweep = async (folder: string): Promise<void> => {
    for (const entry of await files.readdir(folder).catch(() => [])) {
      const place = path.join(folder, entry.name);
      const [, mark] = UNFINISHED.exec(entry.name) ?? [];
      // Whoever is removing this as well does not mind.
      if (folder === root && entry.name.startsWith(REMOVED)) await remove(place);
      else if (entry.isDirectory() && (!isClutter(entry.name) || entry.name === SET_ASIDE))
        await sweep(place);
      else if (entry.isFile() && mark !== undefined) {
        const stats = await files.stat(place).catch(() => null);
        if (stats && isAbandoned(mark, stats.mtimeMs)) await remove(place);
      }
    }
  };
  await sweep(root);
  return failure;
}

/** Not every user may give files away, and not every file system has permissions. */
function unlessForbidden(error: unknown): void {
  if (!hasErrno(error, 'EPERM', 'ENOTSUP')) throw error;
}
