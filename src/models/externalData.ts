import { statSync } from 'node:fs';
import path from 'node:path';
import { SpotterError } from '../core/errors.js';
import { fileState } from '../core/fileHash.js';
import { liesIn } from '../core/folders.js';
import type { DataFile } from '../worker/protocol.js';
import type { InstallableEntry } from './catalogueEntry.js';
import { dataLocations } from './dataLocations.js';

/**
 * Verifies the files beside a model that hold some of its tensors: each has to be listed in the model's entry, since the SHA-256 of the
 * model says nothing about them.
 *
 * @param file the model
 * @returns the files, and the state to hold them against once the model is loaded
 * @throws SpotterError model.unfit for a file that is not listed, or outside of the model's folder; model.not_found,
 *   model.hash_mismatch, model.unreadable
 */
export function requireData(entry: InstallableEntry, file: string): Promise<DataFile[]> {
  return Promise.all(locationsIn(entry, file).map((location) => verify(entry, file, location)));
}

function locationsIn({ id }: InstallableEntry, file: string): string[] {
  try {
    return dataLocations(file);
  } catch (cause) {
    throw unreadable(id, file, cause);
  }
}

async function verify(entry: InstallableEntry, file: string, location: string): Promise<DataFile> {
  const { id } = entry;
  const folder = path.dirname(file);
  const data = path.resolve(folder, location);
  if (data === path.resolve(folder) || !liesIn(folder, data))
    throw new SpotterError(
      'model.unfit',
      `model "${id}": ${file} reads its weights from ${location}, outside of its folder; export it with the weights in one file`,
    );
  if (!statSync(data, { throwIfNoEntry: false })?.isFile())
    throw new SpotterError(
      'model.not_found',
      `model "${id}": ${data} does not exist, where ${path.basename(file)} has its weights; put it there`,
    );
  const checked = await fileState(data).catch((cause: unknown) => {
    throw unreadable(id, data, cause);
  });
  const listed = dataOf(entry).find((one) => path.resolve(folder, one.file) === data);
  if (!listed)
    throw new SpotterError(
      'model.unfit',
      `model "${id}": ${data} has weights of it and is not verified; export the model as one file, or declare it in models.declared with data: [{ file: ${location}, sha256: ${checked.sha256} }] if that is the right file`,
    );
  if (listed.sha256 !== checked.sha256)
    throw new SpotterError(
      'model.hash_mismatch',
      `model "${id}": ${data} is damaged or another file (SHA-256 ${checked.sha256.slice(0, 12)}…, expected ${listed.sha256.slice(0, 12)}…); install it again`,
    );
  return { path: data, checked };
}

function dataOf(entry: InstallableEntry): readonly { file: string; sha256: string }[] {
  return 'data' in entry ? entry.data : [];
}

function unreadable(id: string, file: string, cause: unknown): SpotterError {
  return new SpotterError(
    'model.unreadable',
    `model "${id}": ${file} cannot be read; check its permissions`,
    {
      cause,
    },
  );
}
