import { mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { hasErrno, SpotterError } from '../core/errors.js';

/**
 * The folder of a person, which is made when there is none.
 *
 * @param root the gallery, without links
 * @param name of the folder in it; "." for the gallery itself
 * @returns the folder without links
 * @throws SpotterError usage for a link that leads out of the gallery, or nowhere; Error of the file system
 */
export async function personFolder(root: string, name: string): Promise<string> {
  const folder = path.join(root, name);
  // Not recursive: Node would say ENOENT where the file system is read-only.
  await mkdir(folder).catch((error: unknown) => {
    if (!hasErrno(error, 'EEXIST')) throw error;
  });
  const target = await realpath(folder).catch((error: unknown) => {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ELOOP')) return null;
    throw error;
  });
  if (target !== null && (target === folder || target.startsWith(root + path.sep))) return target;
  const where = target === null ? 'that leads nowhere' : 'to a place outside the gallery';
  throw new SpotterError('usage', `${name} is a link ${where}; make it a folder`);
}
