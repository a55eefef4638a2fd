import { availableParallelism } from 'node:os';
import type { Config } from '../src/config/schema.js';
import { startNetworks } from '../src/engine/networkStart.js';
import { photoLimitsOf } from '../src/engine/photoLimits.js';
import type { Odds } from '../src/face/odds.js';
import type { Prepared } from '../src/models/prepare.js';
import { WorkerPool } from '../src/worker/pool.js';
import { type IdentificationRow, identify } from './identification.js';
import { type FaceMeant, lookAtPhotos, type PhotoLook, type PhotoLookOptions } from './photoLooks.js';
import {
  compareAll,
  type Similarities,
  similaritiesOf,
  similarityOf,
  type VerificationResult,
  verify,
} from './verification.js';

/** Two photos, and whether they show one person. */
export interface PhotoPair {
  a: string;
  b: string;
  same: boolean;
}

/** A photo and who it shows. */
export interface PersonPhoto {
  person: string;
  file: string;
}

/** What to measure, in paths of photos. */
export type AccuracyTask =
  | { kind: 'pairs'; folds: readonly (readonly PhotoPair[])[] }
  /** All pairs of these photos. */
  | { kind: 'people'; photos: readonly PersonPhoto[] }
  | { kind: 'identification'; photos: Readonly<Record<Role, readonly PersonPhoto[]>> };

/** What a photo is for in identification; strangers are not in the gallery. */
export type Role = 'gallery' | 'known' | 'strangers';
const ROLES: readonly Role[] = ['gallery', 'known', 'strangers'];

/** How to measure it. */
export interface AccuracyOptions
  extends Pick<PhotoLookOptions, 'face' | 'signal'>,
    Partial<Pick<PhotoLookOptions, 'onProgress'>> {
  config: Pick<Config, 'workers' | 'compute' | 'data' | 'quality' | 'photos'>;
  prepared: Prepared;
  /** Numbers of people in the gallery. */
  sizes: readonly number[];
  /** Random galleries per size. */
  draws: number;
  /** The compiled worker; set only where the sources run uncompiled. */
  workerEntry?: URL;
}

/** How many photos showed a face. */
export interface PhotoCounts {
  photos: number;
  usable: number;
  /** A face that fails the limits of `quality`. */
  unusable: number;
  noFace: number;
  unreadable: number;
}

/** A measurement of accuracy. */
export interface AccuracyResult {
  kind: AccuracyTask['kind'];
  detector: string;
  embedder: string;
  /** For two faces; a row of identification has its own. */
  threshold: number;
  margin: number;
  /** The accepted odds that a name is wrong, and how often a face is known; null: threshold and margin decide. */
  odds: Pick<Odds, 'falseNames' | 'prior'> | null;
  face: FaceMeant;
  /** By role; `all` for pairs. Each file once. */
  photos: Partial<Record<Role | 'all', PhotoCounts>>;
  /** Why photos could not be read, one sentence each. */
  unreadable: string[];
  /** null for identification. */
  verification: VerificationResult | null;
  /** By size of the gallery; null for pairs. */
  identification: IdentificationRow[] | null;
}

/**
 * Measures how well a pair of models recognises people in labelled photos. Each photo is looked at once.
 *
 * @throws SpotterError model.unreadable, model.unfit, usage, interrupted
 */
export async function measureAccuracy(task: AccuracyTask, options: AccuracyOptions): Promise<AccuracyResult> {
  const { prepared, face, signal } = options;
  const { settings, policy } = prepared;
  const groups = filesOf(task);
  const looks = await lookAtAll(Object.values(groups).flat(), options);
  const { detector, embedder } = settings;
  const embeddingOf = (file: string) => {
    const look = looks.get(file);
    return look && 'embedding' in look ? look.embedding : null;
  };
  const result: AccuracyResult = {
    kind: task.kind,
    detector: detector.id,
    embedder: embedder.id,
    threshold: policy.threshold,
    margin: policy.margin,
    odds: policy.odds && { falseNames: policy.odds.falseNames, prior: policy.odds.prior },
    face,
    photos: Object.fromEntries(
      Object.entries(groups).map(([name, files]) => [name, countPhotos(files, looks)]),
    ),
    unreadable: [...looks.values()].flatMap((look) => (look.state === 'unreadable' ? [look.message] : [])),
    verification: null,
    identification: null,
  };
  if (task.kind === 'identification')
    return { ...result, identification: await identifyAll(task.photos, looks, options) };
  const verified = (similarities: Similarities, folds: Parameters<typeof verify>[2]) => ({
    ...result,
    verification: verify(similarities, policy.threshold, folds),
  });
  if (task.kind === 'people') {
    const faces = task.photos.map(({ person, file }) => ({ person, embedding: embeddingOf(file) }));
    return verified(await compareAll(faces, signal), null);
  }
  const folds = task.folds.map((pairs) =>
    pairs.map(({ a, b, same }) => ({ same, similarity: similarityOf(embeddingOf(a), embeddingOf(b)) })),
  );
  return verified(similaritiesOf(folds.flat()), folds);
}

function filesOf(task: AccuracyTask): Partial<Record<Role | 'all', string[]>> {
  if (task.kind === 'pairs') return { all: task.folds.flat().flatMap(({ a, b }) => [a, b]) };
  if (task.kind === 'people') return { all: task.photos.map(({ file }) => file) };
  return Object.fromEntries(ROLES.map((role) => [role, task.photos[role].map(({ file }) => file)]));
}

async function lookAtAll(
  files: readonly string[],
  { config, prepared, face, signal, onProgress = () => {}, workerEntry }: AccuracyOptions,
): Promise<ReadonlyMap<string, PhotoLook>> {
  const threads = config.workers ?? availableParallelism();
  const pool = new WorkerPool(threads, prepared.settings, { entry: workerEntry });
  try {
    await startNetworks(pool, config, prepared, { signal });
    return await lookAtPhotos(files, {
      faceEngine: pool,
      search: photoLimitsOf(config, prepared),
      maxMegapixels: config.photos.maxMegapixels,
      face,
      // One more than threads, so that a photo is decoded while all of them work.
      atATime: pool.threads + 1,
      signal,
      onProgress,
    });
  } finally {
    await pool.stop();
  }
}

function identifyAll(
  photos: Readonly<Record<Role, readonly PersonPhoto[]>>,
  looks: ReadonlyMap<string, PhotoLook>,
  { prepared, sizes, draws, signal }: AccuracyOptions,
): Promise<IdentificationRow[]> {
  const probe = ({ person, file }: PersonPhoto) => {
    const look = looks.get(file);
    return look?.state === 'usable'
      ? { person, embedding: look.embedding, quality: look.quality }
      : { person, embedding: null };
  };
  return identify({
    gallery: photos.gallery.map(probe),
    known: photos.known.map(probe),
    strangers: photos.strangers.map(probe),
    sizes,
    draws,
    policy: prepared.policy,
    dimension: prepared.settings.embedder.dimension,
    signal,
  });
}

/** How many of these files showed a face, each once. @param looks by path */
export function countPhotos(files: readonly string[], looks: ReadonlyMap<string, PhotoLook>): PhotoCounts {
  const counts = { photos: 0, usable: 0, unusable: 0, noFace: 0, unreadable: 0 };
  for (const file of new Set(files)) {
    counts.photos++;
    const look = looks.get(file);
    if (look) counts[look.state]++;
  }
  return counts;
}
