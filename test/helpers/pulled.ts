import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Archive, CatalogueEntry } from '../../src/models/catalogueEntry.js';
import { givenPlace, sourcesOf } from '../../src/models/modelSources.js';
import { Puller, type PullOptions } from '../../src/models/pull.js';

/** Content of a model file. */
export const MODEL = randomBytes(300_001);

/** A catalogued model with that content. */
export function catalogued(changes: Partial<CatalogueEntry['files'][0]> = {}): CatalogueEntry {
  const sha256 = createHash('sha256').update(MODEL).digest('hex');
  return {
    kind: 'scrfd',
    id: 'tested',
    about: '',
    licence: 'MIT',
    nonCommercial: false,
    included: false,
    files: [{ file: 'm.onnx', bytes: MODEL.length, sha256, url: null, why: 'for tests', ...changes }],
    colour: 'rgb',
    mean: [0, 0, 0],
    std: [1, 1, 1],
    score: 0.5,
    reach: [16, 300],
    landmarks: 'network',
  };
}

/** Pulls a model, by default {@link catalogued}, with short waits. */
export async function pullInto(
  folder: string,
  from: string | null,
  {
    entry = catalogued(),
    isOnly = true,
    archives = [],
    ...options
  }: Partial<PullOptions> & { entry?: CatalogueEntry; isOnly?: boolean; archives?: Archive[] } = {},
): Promise<string> {
  const puller = new Puller({
    folder,
    signal: new AbortController().signal,
    onProgress: () => {},
    onNote: () => {},
    stallMs: 30_000,
    retryMs: 1,
    ...options,
  });
  onTestFinished(() => puller.close());
  try {
    return await puller.pull(sourcesOf(entry, archives, from === null ? null : givenPlace(from), isOnly));
  } finally {
    await puller.close();
  }
}

/** Names in a folder, those of partial files without their random end. */
export function namesIn(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => name.replace(/-[0-9a-f]{8}$/, ''))
    .sort();
}

/** The path of the bytes of a partial file in a folder. */
export function partIn(folder: string): string {
  const [part] = readdirSync(folder).filter((name) => name.includes('.part-'));
  return path.join(folder, part ?? 'no part', 'bytes');
}
