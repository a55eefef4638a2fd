import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SpotterError } from '../core/errors.js';
import type { ModelEntry } from './catalogueEntry.js';
import { isVariant, whyStale } from './variant.js';

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
export function candidates(entry: ModelEntry): Candidate[] {
  if ('files' in entry) return entry.files.map((file) => ({ ...file, bytes: file.bytes ?? null }));
  return [{ file: entry.file, bytes: null, sha256: entry.sha256 ?? null, url: null }];
}

/**
 * Finds the file of a model.
 *
 * @param folders searched in order; an absolute file name is used as it is
 * @returns null when none of the model's files exists
 */
export function findModel(entry: ModelEntry, folders: readonly string[]): Installed | null {
  for (const { file, sha256 } of candidates(entry)) {
    for (const folder of folders) {
      const candidate = path.resolve(folder, file);
      if (existsSync(candidate) && statSync(candidate).isFile()) return { path: candidate, sha256 };
    }
  }
  return null;
}

/**
 * Finds the file of a model and verifies its SHA-256.
 *
 * @throws SpotterError model.not_found, model.hash_mismatch, model.unreadable
 */
export async function requireModel(
  entry: ModelEntry,
  folders: readonly string[],
): Promise<{ path: string; sha256: string }> {
  const found = findModel(entry, folders);
  if (!found) {
    const [first] = candidates(entry);
    if (path.isAbsolute(first.file)) {
      throw new SpotterError(
        'model.not_found',
        `model "${entry.id}": ${first.file} does not exist; check models.declared`,
      );
    }
    const from = first.url ? `download ${first.url}` : 'get it from its authors';
    throw new SpotterError(
      'model.not_found',
      `model "${entry.id}" is not installed: ${from} and put ${first.file} into ${folders[0]} (looked in ${folders.join(', ')})`,
    );
  }
  const sha256 = await sha256OfFile(found.path, entry.id);
  if (found.sha256 !== null && found.sha256 !== sha256) {
    throw new SpotterError(
      'model.hash_mismatch',
      `model "${entry.id}": ${found.path} is damaged or another file (SHA-256 ${sha256.slice(0, 12)}…, expected ${found.sha256.slice(0, 12)}…); install it again`,
    );
  }
  return { path: found.path, sha256 };
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
  return whyStale(variant, found && (found.sha256 ?? (await sha256OfFile(found.path, variant.from.id))));
}

/** @throws SpotterError model.unfit when {@link staleReason} names one; model.unreadable */
export async function refuseStale(...model: Parameters<typeof staleReason>): Promise<void> {
  const why = await staleReason(...model);
  if (why !== null) throw new SpotterError('model.unfit', why);
}

async function sha256OfFile(file: string, id: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  } catch (cause) {
    throw new SpotterError(
      'model.unreadable',
      `model "${id}": ${file} cannot be read; check its permissions`,
      { cause },
    );
  }
  return hash.digest('hex');
}
