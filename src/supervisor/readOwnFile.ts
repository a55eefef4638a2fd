import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { WRITABLE_BY_OTHERS } from '../core/folders.js';

/**
 * The text of a file that nobody but this user can have written.
 *
 * @throws Error when it is a link, or another user owns it or may write it; the system error when it cannot be read
 */
export function readOwnFile(file: string): string {
  // A pipe must not block the start.
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { uid, mode, nlink } = fstatSync(descriptor);
    const isOurs = uid === process.getuid?.() && nlink === 1 && (mode & WRITABLE_BY_OTHERS) === 0;
    if (!isOurs) throw new Error('another user owns it or may write it; remove it');
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}
