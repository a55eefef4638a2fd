import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { SpotterError } from '../core/errors.js';
import { type FileState, fileState } from '../core/fileHash.js';
import { megabytes } from '../core/megabytes.js';
import { packageRoot } from '../core/package.js';
import { programCall, quoted } from '../core/programCall.js';
import type { ModelSpec } from '../worker/protocol.js';
import type { InstallableEntry, ModelEntry } from './catalogueEntry.js';
import { requireData } from './externalData.js';
import { isVariant, variantRemedy, whyStale } from './variant.js';

/** Where the models lie that come with spotter. */
export const INCLUDED_FOLDER = path.join(packageRoot, 'models');

/** A file that a model may be installed as. */
export interface Candidate {
  /** Name of the file, or its absolute path. */
  file: string;
  /** Size; null when it is not recorded. */
  bytes: number | null;
  /** Expected SHA-256, hexadecimal; null when it is not declared. */
  sha256: string | null;
  /** Where to download it; null when there is no such place. */
  url: string | null;
}

/** The file of a model on disk, not yet verified. */
export interface Installed {
  path: string;
  /** Expected SHA-256, hexadecimal; null when it is not declared. */
  sha256: string | null;
}

/** The files that a model may be installed as, preferred first. */
export function candidates(entry: InstallableEntry): readonly Candidate[] {
  if ('files' in entry) return entry.files;
  return [{ file: entry.file, bytes: null, sha256: entry.sha256 ?? null, url: null }];
}

/**
 * Finds the file of a model.
 *
 * @param folders searched in order; an absolute file name is used as it is
 * @returns null when none of the model's files exists
 */
export function findModel(entry: InstallableEntry, folders: readonly string[]): Installed | null {
  for (const { file, sha256 } of candidates(entry)) {
    for (const folder of folders) {
      const candidate = path.resolve(folder, file);
      if (existsSync(candidate) && statSync(candidate).isFile()) return { path: candidate, sha256 };
    }
  }
  return null;
}

/**
 * Finds the file of a model and verifies its SHA-256, and that of the files with its weights.
 *
 * @returns where they are, and the states to hold them against once they are loaded
 * @throws SpotterError model.not_found, model.hash_mismatch, model.unreadable, and of {@link requireData}
 */
export async function requireModel(
  entry: InstallableEntry,
  folders: readonly string[],
): Promise<Pick<ModelSpec, 'path' | 'checked' | 'data'>> {
  const found = findModel(entry, folders);
  if (!found) throw new SpotterError('model.not_found', notInstalled(entry, folders[0]));
  const checked = await stateOf(found.path, entry.id);
  const { sha256 } = checked;
  if (found.sha256 !== null && found.sha256 !== sha256) {
    const pull = `${programCall()} models pull ${entry.id}${placeOption(path.dirname(found.path))}`;
    const hint = 'files' in entry && entry.files[0].url !== null ? ` ("${pull}")` : '';
    const again = isVariant(entry) ? variantRemedy(entry) : againOf(entry, found.path, hint);
    throw new SpotterError(
      'model.hash_mismatch',
      `model "${entry.id}": ${found.path} is damaged or another file (SHA-256 ${sha256.slice(0, 12)}…, expected ${found.sha256.slice(0, 12)}…); ${again}`,
    );
  }
  if (statSync(found.path).size === 0)
    throw new SpotterError(
      'model.unreadable',
      `model "${entry.id}": ${found.path} is empty; put the file of the model there again`,
    );
  return { path: found.path, checked, data: await requireData(entry, found.path) };
}

/**
 * Why a model that was made from another one must not be used, as a sentence; null if it may, as may all others.
 *
 * @throws SpotterError model.unreadable
 */
export async function staleReason(
  entry: ModelEntry,
  { entries }: { entries: readonly ModelEntry[] },
  folders: readonly string[],
): Promise<string | null> {
  if (!isVariant(entry)) return null;
  const { variant } = entry;
  const float = entries.find(({ id }) => id === variant.from.id);
  const found = float ? findModel(float, folders) : null;
  return whyStale(variant, found && (found.sha256 ?? (await stateOf(found.path, variant.from.id)).sha256));
}

/** @throws SpotterError model.unfit when {@link staleReason} names one; model.unreadable */
export async function refuseStale(...model: Parameters<typeof staleReason>): Promise<void> {
  const why = await staleReason(...model);
  if (why !== null) throw new SpotterError('model.unfit', why);
}

/** Whether a model comes with spotter. */
export function isIncluded(entry: InstallableEntry): boolean {
  return !('kind' in entry) || ('included' in entry && entry.included);
}

/** What to do about a damaged file. @param pull how to install it again, in parentheses, where that is possible */
function againOf(entry: InstallableEntry, file: string, pull: string): string {
  if (!isIncluded(entry)) return `install it again${pull}`;
  return path.dirname(file) === INCLUDED_FOLDER
    ? 'install spotter again'
    : 'remove it: the one that comes with spotter is used then';
}

function stateOf(file: string, id: string): Promise<FileState> {
  return fileState(file).catch((cause: unknown) => {
    throw new SpotterError(
      'model.unreadable',
      `model "${id}": ${file} cannot be read; check its permissions`,
      {
        cause,
      },
    );
  });
}

/** What to do about a model that is not installed, in one sentence. @param folder the first that is searched */
function notInstalled(entry: InstallableEntry, folder: string): string {
  if (isVariant(entry)) return `model "${entry.id}": ${entry.file} does not exist; ${variantRemedy(entry)}`;
  if (!('files' in entry)) {
    const why = existsSync(entry.file) ? 'is a folder or device, not a file' : 'does not exist';
    return `model "${entry.id}": ${entry.file} ${why}; check models.declared`;
  }
  if (!('kind' in entry))
    return `model "${entry.id}", which comes with spotter, is missing; install spotter again`;
  const [{ file, bytes, url, why }] = entry.files;
  const place = placeOption(folder);
  const facts = [...(bytes === null ? [] : [megabytes(bytes)]), entry.licence].join(', ');
  const pull = `${programCall()} models pull ${entry.id}`;
  if (url !== null) return `model "${entry.id}" is not installed: ${pull}${place} (${facts})`;
  return `model "${entry.id}" is not installed: ${pull} --from FOLDER${place}, with ${file} in that folder (${facts}); there is no address for it: ${why}`;
}

/** What makes "models pull" put a model into a folder. */
function placeOption(folder: string): string {
  const usual = path.resolve(process.env.SPOTTER_MODELS || 'models');
  return folder === usual ? '' : ` --models ${quoted(folder)}`;
}
