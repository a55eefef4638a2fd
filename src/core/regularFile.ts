import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/**
 * The bytes of a file. A pipe or a device is refused, because reading it could block the whole process, or fill its memory.
 *
 * @throws Error when it is none; the system error when it cannot be read
 */
export function regularFileBytes(file: string): Buffer {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile() && !stats.isDirectory()) throw new Error('it is a device or pipe, not a file');
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The same as text, read as UTF-8. */
export function regularFileText(file: string): string {
  return regularFileBytes(file).toString('utf8');
}
