import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeFileError, SpotterError } from '../core/errors.js';

/**
 * Makes a folder for temporary files, which only this user may read.
 *
 * @param purpose part of its name, as in `spotter-backup-x1y2z3`
 * @throws SpotterError usage when the system has no place for it
 */
export function temporaryFolder(purpose: string): string {
  try {
    return mkdtempSync(path.join(tmpdir(), `spotter-${purpose}-`));
  } catch (cause) {
    throw new SpotterError(
      'usage',
      `cannot make a temporary folder in ${tmpdir()}: ${describeFileError(cause)}; set TMPDIR to another folder`,
      { cause },
    );
  }
}
