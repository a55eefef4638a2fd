import { renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { regularFileText } from '../core/regularFile.js';
import { storageFault } from './storageFault.js';

/** Beside the models that it is about. */
const FILE = 'accepted-licences.json';

/** The licences that have been accepted for the models of a folder, and when, as ISO 8601. */
export function acceptedLicences(folder: string): Readonly<Record<string, string>> {
  try {
    const read: unknown = JSON.parse(regularFileText(path.join(folder, FILE)));
    return typeof read === 'object' && read !== null ? (read as Record<string, string>) : {};
  } catch {
    // What cannot be read is asked for again.
    return {};
  }
}

/** Remembers licences as accepted now. @throws SpotterError model.unwritable */
export function acceptLicences(folder: string, licences: readonly string[]): void {
  const now = new Date().toISOString();
  const all = { ...acceptedLicences(folder), ...Object.fromEntries(licences.map((one) => [one, now])) };
  const file = path.join(folder, FILE);
  const part = `${file}.${process.pid}.part`;
  try {
    writeFileSync(part, `${JSON.stringify(all, null, 2)}\n`);
    renameSync(part, file);
  } catch (cause) {
    rmSync(part, { force: true });
    throw storageFault(file, cause);
  }
}
