import { rmSync } from 'node:fs';
import path from 'node:path';
import { SpotterError } from '../core/errors.js';
import type { CatalogueEntry } from './catalogueEntry.js';
import { candidates, findModel } from './install.js';
import { leftovers } from './partialFile.js';
import { storageFault } from './storageFault.js';

/**
 * Removes the files of a model, wherever they are found, and what was downloaded of them.
 *
 * @param folders as searched
 * @returns the paths of the files that are gone
 * @throws SpotterError usage for a model that comes with spotter; model.unwritable
 */
export function removeModel(entry: CatalogueEntry, folders: readonly string[]): string[] {
  if (entry.included)
    throw new SpotterError('usage', `model "${entry.id}" comes with spotter and stays; choose another one`);
  const removed: string[] = [];
  for (let found = findModel(entry, folders); found; found = findModel(entry, folders)) {
    remove(found.path);
    removed.push(found.path);
  }
  const targets = candidates(entry).flatMap(({ file }) => folders.map((folder) => path.join(folder, file)));
  for (const folder of targets.flatMap(leftovers)) remove(folder);
  return removed;
}

function remove(file: string): void {
  try {
    rmSync(file, { recursive: true });
  } catch (cause) {
    throw storageFault(file, cause);
  }
}
