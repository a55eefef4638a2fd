import type { GalleryChange } from '../gallery/change.js';
import type { GalleryReport } from '../ipc/protocol.js';

/** The methods needed of a logger. */
export interface GalleryLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Most names per line: one change may contain a thousand photos. */
const MOST = 10;

/** Logs the contents of a gallery that was read for the first time. */
export function logGallery(logger: GalleryLogger, gallery: GalleryReport): void {
  const { people, used, unusable, faults, expired, away } = gallery;
  logger.info({ people, photos: used }, 'gallery read');
  for (const { name, fault, message } of unusable)
    logger.warn({ photo: name, fault }, `photo is not used: ${message}`);
  for (const fault of faults) logger.warn({}, `ignoring invalid ${fault}`);
  if (expired.length > 0)
    logger.warn({ expired: some(expired) }, 'ignoring people whose validUntil has passed');
  if (away !== null) logger.warn({ people, photos: used }, awayText(away));
  if (people === 0)
    logger.warn({ unusable: unusable.length }, 'no usable photo in the gallery, so every face is unknown');
}

/** Logs a change of the gallery in one line. */
export function logGalleryChange(
  logger: GalleryLogger,
  before: GalleryReport,
  { people, used, away, seconds }: GalleryReport,
  change: GalleryChange | null,
): void {
  if (away !== null) {
    if (before.away === null) logger.warn({ people, photos: used }, awayText(away));
    return;
  }
  const what = before.away === null ? 'gallery changed' : 'gallery readable again';
  const fields = {
    ...(change && fieldsOf(change)),
    people,
    photos: used,
    seconds: Number(seconds.toFixed(3)),
  };
  const isBad = change && change.unusable.length + change.faults.length + change.expired.length > 0;
  logger[isBad ? 'warn' : 'info'](fields, what);
}

function fieldsOf({ people, photos, unusable, settings, faults, expired }: GalleryChange): object {
  const lists = {
    peopleAdded: people.added,
    peopleRemoved: people.removed,
    photosAdded: photos.added,
    photosReplaced: photos.replaced,
    photosRemoved: photos.removed,
    unusable: unusable.map(({ name, fault, message }) => `${name}: ${fault}: ${message}`),
    settings,
    faults,
    expired,
  };
  const filled = Object.entries(lists).filter(([, list]) => list.length > 0);
  return Object.fromEntries(filled.map(([key, list]) => [key, some(list)]));
}

function some(list: readonly string[]): string[] {
  const rest = list.length - MOST;
  return rest > 0 ? [...list.slice(0, MOST), `and ${rest} more`] : [...list];
}

function awayText(why: string): string {
  return `gallery not readable, keeping the people read before: ${why}`;
}
