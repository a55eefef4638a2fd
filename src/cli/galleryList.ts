import { throwIfInterrupted } from '../core/errors.js';
import { Engine } from '../engine/engine.js';
import { findingsAmong } from '../gallery/findings.js';
import { probeFolder } from '../gallery/folderProbe.js';
import type { Gallery } from '../gallery/gallery.js';
import type { PersonSettings } from '../gallery/person.js';
import { prepare } from '../models/prepare.js';
import type { Context } from './context.js';
import { type CommonOptions, configOf, loggerOf } from './options.js';
import { printJson, printLine, printLines } from './print.js';
import { ProgressBar } from './progress.js';

/** Options of the commands in `spotter gallery`. */
export interface GalleryOptions extends CommonOptions {
  json?: boolean;
}

/** `spotter gallery list`: the people, how many of their photos are used, and the settings of their person.yaml. */
export async function list(context: Context, options: GalleryOptions): Promise<number> {
  const { gallery, folder } = await readGallery(context, options);
  const { photos, settings: allSettings, expired: allExpired } = gallery;
  const names = [...new Set([...photos.map(({ person }) => person), ...allSettings.keys()])].sort();
  const people = names.map((person) => {
    const own = photos.filter((photo) => photo.person === person);
    const used = own.filter(({ result }) => result.state === 'used').length;
    const settings = allSettings.get(person) ?? null;
    return { person, photos: own.length, used, expired: allExpired.includes(person), settings };
  });
  if (options.json) printJson({ gallery: folder, people });
  else {
    const lines = people.map(
      ({ person, photos: all, used, expired, settings }) =>
        `${person}  ${used} of ${plural(all, 'photo')} used${settings ? `  ${settingsText(settings, expired)}` : ''}`,
    );
    printLines(lines.length > 0 ? lines : [`no people in ${folder}; add one with "spotter gallery add"`]);
  }
  return 0;
}

/**
 * `spotter gallery check`: every unusable photo and invalid person.yaml, photos that look like the wrong person, and names
 * spelled in several ways; and what to do.
 *
 * @returns 1 if there are any
 */
export async function check(context: Context, options: GalleryOptions): Promise<number> {
  const { gallery, folder, threshold } = await readGallery(context, options);
  const { photos, faults, notes } = gallery;
  const unusable = photos.flatMap(({ person, name, result }) =>
    result.state === 'unusable'
      ? [{ photo: name, person, fault: result.fault, message: result.message }]
      : [],
  );
  const used = photos.length - unusable.length;
  const doubts = findingsAmong(photos, threshold);
  const findings = [
    ...unusable,
    ...faults.map((message) => {
      const [name] = message.split(':');
      return { photo: name, person: name.split('/')[0], fault: 'bad_settings', message };
    }),
    ...notes.map((message) => {
      const [person] = message.split(' and ');
      return { photo: person, person, fault: 'spellings', message };
    }),
    ...doubts,
  ];
  const remarks = photos.flatMap(({ person, name, result }) =>
    result.state === 'used' && result.note !== undefined ? [{ photo: name, person, note: result.note }] : [],
  );
  if (options.json) printJson({ gallery: folder, photos: photos.length, used, findings, notes: remarks });
  else {
    for (const { photo, fault, message } of [...unusable, ...doubts])
      printLine(`${photo}: ${fault}: ${message}`);
    for (const fault of [...faults, ...notes]) printLine(fault);
    for (const { photo, note } of remarks) printLine(`${photo}: used, ${note}`);
    printLine(`${used} of ${plural(photos.length, 'photo')} used`);
  }
  return findings.length > 0 ? 1 : 0;
}

async function readGallery(
  { signal }: Context,
  options: GalleryOptions,
): Promise<{ gallery: Gallery; folder: string; threshold: number }> {
  const loaded = configOf(options);
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
    return { gallery: engine.gallery, folder: config.gallery.folder, threshold: engine.policy.threshold };
  } finally {
    bar.stop();
    await engine.stop();
  }
}

function settingsText(
  { displayName, threshold, notify, validUntil }: PersonSettings,
  expired: boolean,
): string {
  const parts = [
    displayName !== null && `displayed as ${displayName}`,
    threshold !== null && `threshold ${threshold}`,
    !notify && 'no notifications',
    validUntil !== null && (expired ? `expired, was valid until ${validUntil}` : `valid until ${validUntil}`),
  ];
  return parts.filter((part) => part !== false).join(', ');
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
