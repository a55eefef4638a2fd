import { Engine } from '../engine.js';
import { throwIfInterrupted } from '../errors.js';
import type { PhotoReport } from '../gallery/gallery.js';
import { prepare } from '../prepare.js';
import type { Context } from './context.js';
import { type CommonOptions, configOf, loggerOf } from './options.js';
import { printJson } from './print.js';
import { ProgressBar } from './progress.js';

export interface GalleryOptions extends CommonOptions {
  json?: boolean;
}

/** People, and how many of their photos are used. */
export async function list(context: Context, options: GalleryOptions): Promise<number> {
  const { photos, folder } = await readGallery(context, options);
  const names = [...new Set(photos.map(({ person }) => person))].sort();
  const people = names.map((person) => {
    const own = photos.filter((photo) => photo.person === person);
    return { person, photos: own.length, used: own.filter(({ result }) => result.state === 'used').length };
  });
  if (options.json) printJson({ gallery: folder, people });
  else {
    const lines = people.map(
      ({ person, photos: all, used }) => `${person}  ${used} of ${plural(all, 'photo')} used`,
    );
    process.stdout.write(`${lines.length > 0 ? lines.join('\n') : `nobody in ${folder}`}\n`);
  }
  return 0;
}

/** Every photo that is not used, and why. */
export async function check(context: Context, options: GalleryOptions): Promise<number> {
  const { photos, folder } = await readGallery(context, options);
  const findings = photos.flatMap(({ person, name, result }) =>
    result.state === 'unusable'
      ? [{ photo: name, person, fault: result.fault, message: result.message }]
      : [],
  );
  const used = photos.length - findings.length;
  if (options.json) printJson({ gallery: folder, photos: photos.length, used, findings });
  else {
    for (const { photo, fault, message } of findings)
      process.stdout.write(`${photo}: ${fault}: ${message}\n`);
    process.stdout.write(`${used} of ${plural(photos.length, 'photo')} used\n`);
  }
  return findings.length > 0 ? 1 : 0;
}

async function readGallery(
  { signal }: Context,
  options: GalleryOptions,
): Promise<{ photos: readonly PhotoReport[]; folder: string }> {
  const loaded = configOf(options);
  const { config } = loaded;
  const logger = loggerOf(loaded, options);
  const bar = new ProgressBar('photos', !options.quiet);
  const engine = new Engine(config, await prepare(config, options.models), {
    onGalleryProgress: (done, total) => bar.show(done, total, ''),
    onWarning: (message) => logger.warn(message),
  });
  try {
    await engine.start(signal);
    throwIfInterrupted(signal);
    return { photos: engine.gallery.photos, folder: config.gallery };
  } finally {
    bar.stop();
    await engine.stop();
  }
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
