import { availableParallelism } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type LoadedConfig, loadConfig } from '../../src/config/load.js';
import type { Config } from '../../src/config/schema.js';
import { photoLimitsOf } from '../../src/engine/photoLimits.js';
import { Gallery, type GalleryOptions } from '../../src/gallery/gallery.js';
import { type Prepared, prepare } from '../../src/models/prepare.js';
import { type PoolOptions, WorkerPool } from '../../src/worker/pool.js';
import { root } from './paths.js';

/** The defaults, with changes. */
export function configWith(change: (config: Config) => void = () => {}): LoadedConfig {
  return loadConfig(null, change, root);
}

/** Threads with the project's own models, or others; they end with the test. @param options default: two threads */
export async function startPool(
  change: (config: Config) => void = () => {},
  modelFolder?: string,
  { threads = Math.min(2, availableParallelism()), ...options }: PoolOptions & { threads?: number } = {},
) {
  const { config } = configWith(change);
  const prepared = await prepare(config, modelFolder);
  const pool = new WorkerPool(threads, prepared.settings, options);
  await pool.start();
  onTestFinished(() => pool.stop());
  return { pool, config, prepared };
}

/** A gallery over a folder, its cache beside it. */
export function galleryOver(
  folder: string,
  { pool, config, prepared }: { pool: WorkerPool; config: Config; prepared: Prepared },
  options: Partial<GalleryOptions> = {},
): Gallery {
  return new Gallery({
    folder,
    cacheFolder: path.join(path.dirname(folder), 'data'),
    faceEngine: pool,
    limits: photoLimitsOf(config, prepared),
    maxMegapixels: config.photos.maxMegapixels,
    dimension: prepared.settings.embedder.dimension,
    modelKey: prepared.modelKey,
    ...options,
  });
}
