import { CONNECTIONS } from '../config/unusedSections.js';
import { throwIfInterrupted } from '../core/errors.js';
import { Engine } from '../engine/engine.js';
import { probeFolder } from '../gallery/folderProbe.js';
import type { Gallery } from '../gallery/gallery.js';
import { prepare } from '../models/prepare.js';
import type { Context } from './context.js';
import { type CommonOptions, configOf, loggerOf } from './options.js';
import { ProgressBar } from './progress.js';

/** Options of the commands in `spotter gallery`. */
export interface GalleryOptions extends CommonOptions {
  json?: boolean;
}

/** A gallery that was read, and how. */
export interface OpenedGallery {
  gallery: Gallery;
  config: ReturnType<typeof configOf>['config'];
  /** Cosine similarity of a match. */
  threshold: number;
}

/**
 * Reads the whole gallery, with a progress bar.
 *
 * @throws SpotterError gallery.not_found, interrupted, and those of configuration, models and worker pool
 */
export async function readGallery({ signal }: Context, options: GalleryOptions): Promise<OpenedGallery> {
  const loaded = configOf(options, CONNECTIONS);
  const { config } = loaded;
  const logger = loggerOf(loaded, options);
  const bar = new ProgressBar('photos', !options.quiet);
  const engine = new Engine(config, await prepare(config, options.models), {
    onGalleryProgress: (done, total) => bar.show(done, total, ''),
    onWarning: (message) => logger.warn(message),
  });
  try {
    await probeFolder(config.gallery.folder);
    await engine.start(signal);
    throwIfInterrupted(signal);
    return { gallery: engine.gallery, config, threshold: engine.policy.threshold };
  } finally {
    bar.stop();
    await engine.stop();
  }
}
