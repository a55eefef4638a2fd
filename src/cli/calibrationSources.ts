import path from 'node:path';
import type { Trials } from '../calibration/measure.js';
import type { Settings } from '../calibration/settings.js';
import type { Config } from '../config/schema.js';
import { throwIfInterrupted } from '../core/errors.js';
import { Engine } from '../engine/engine.js';
import { probeFolder } from '../gallery/folderProbe.js';
import { listSetAside } from '../gallery/setAside.js';
import type { Prepared } from '../models/prepare.js';
import type { CalibrateOptions } from './calibrate.js';
import { type ClipFaces, clipTrials } from './calibrationClip.js';
import {
  type CalibratedGallery,
  calibrateGallery,
  type KnownStranger,
  type LeftOut,
  type StrangerPhoto,
  strangerTrials,
} from './calibrationPhotos.js';
import type { Context } from './context.js';
import { photosOfPeople } from './labelledPhotos.js';
import { printError } from './print.js';
import { ProgressBar } from './progress.js';

/** Everything that a calibration is based on. */
export interface CalibrationSources
  extends Pick<CalibratedGallery, 'people' | 'photos' | 'peopleWithSeveral' | 'copies'> {
  trials: Trials;
  galleryFolder: string;
  /** Photos, and means of photos, in the gallery. */
  compared: number;
  /** Photos that could not be used. */
  skipped: LeftOut[];
  knownStrangers: KnownStranger[];
  /** Whether there are strangers from elsewhere. */
  hasStrangers: boolean;
  /** Tracks of the recording without a usable look; null without a recording. */
  unusableTracks: number | null;
}

/**
 * Reads the gallery, the strangers and the recording.
 *
 * @throws SpotterError usage, gallery.not_found, interrupted, those of the recording, the models and the worker pool
 */
export async function readSources(
  { signal }: Context,
  { strangers, clip, quiet }: Pick<CalibrateOptions, 'strangers' | 'clip' | 'quiet'>,
  { config, prepared, settings }: { config: Config; prepared: Prepared; settings: Settings },
): Promise<CalibrationSources> {
  const { folder } = config.gallery;
  const given = strangers === undefined ? [] : givenStrangers(strangers);
  const bar = new ProgressBar('photos', !quiet);
  const frames = new ProgressBar('frames', !quiet);
  const engine = new Engine(config, prepared, {
    onGalleryProgress: (done, total) => bar.show(done, total, 'reading the gallery'),
    onWarning: (message) => bar.above(() => printError(message)),
  });
  const onNotice = (message: string) => frames.above(() => printError(message));
  const source = clip === undefined ? null : engine.recording('clip', clip, { onNotice, onRemark: onNotice });
  try {
    const info = source && (await source.open());
    await probeFolder(folder);
    await engine.start(signal);
    throwIfInterrupted(signal);
    const { gallery } = engine;
    const own = await calibrateGallery(gallery, settings, signal);
    const photos = [...given, ...(await setAsideStrangers(folder))];
    const read = await strangerTrials(photos, {
      gallery,
      loo: own.loo,
      settings,
      atATime: engine.pool.threads + 1,
      signal,
      onProgress: (done, total) => bar.show(done, total, 'looking at strangers'),
    });
    bar.stop();
    let done = 0;
    const total = info?.frames ?? 0;
    const onFrame = () => frames.show(++done, total, path.basename(clip ?? ''));
    const faces: ClipFaces | null =
      source && (await clipTrials(engine, source, { settings, signal, onFrame }));
    return {
      trials: { known: own.known, strangers: [...own.strangers, ...read.trials, ...(faces?.trials ?? [])] },
      galleryFolder: folder,
      compared: gallery.snapshot.matrix.vectors,
      people: own.people,
      photos: own.photos,
      peopleWithSeveral: own.peopleWithSeveral,
      copies: own.copies,
      skipped: read.skipped,
      knownStrangers: [...read.known, ...(faces?.known ?? [])],
      hasStrangers: photos.length > 0 || faces !== null,
      unusableTracks: faces?.unusable ?? null,
    };
  } finally {
    bar.stop();
    frames.stop();
    source?.stop();
    await engine.stop();
  }
}

/** Why nothing can be said, one sentence; null when something can. */
export function whyCannot({
  people,
  trials,
  galleryFolder,
  peopleWithSeveral,
  hasStrangers,
}: Pick<CalibrationSources, 'people' | 'trials' | 'galleryFolder' | 'peopleWithSeveral' | 'hasStrangers'>):
  | string
  | null {
  const where = `gallery ${galleryFolder}`;
  if (people === 0)
    return `cannot calibrate: ${where} has no usable photo to compare with; run "spotter gallery check"`;
  if (trials.strangers.length === 0 && hasStrangers)
    return 'cannot calibrate: of the strangers, no face is left to compare; give photos that show one face, of people who are not in the gallery';
  if (trials.strangers.length === 0)
    return `cannot calibrate: ${where} has one person, so nobody is a stranger to it; add people, or give photos of others with --strangers, or footage of others with --clip`;
  if (peopleWithSeveral === 0 && !hasStrangers)
    return `cannot calibrate: everybody in ${where} has one photo in use, so no photo can be left out and compared with another one of the same person; add a second photo of some people, of another day (with --strangers or --clip, false names alone can be measured)`;
  return null;
}

/** @throws SpotterError usage */
function givenStrangers(folder: string): StrangerPhoto[] {
  return photosOfPeople(folder, '--strangers').map(({ person, file }) => ({
    person,
    file,
    label: file,
    source: 'strangers',
    isNamed: path.dirname(path.resolve(file)) !== path.resolve(folder),
  }));
}

/** People who are set aside with all they have: ignored strangers, kept as negative examples. */
async function setAsideStrangers(folder: string): Promise<StrangerPhoto[]> {
  const { people } = await listSetAside(folder);
  return people.flatMap(({ person, photos }) =>
    photos
      .filter(({ refused }) => refused === null)
      .map(({ path: file, name }) => ({
        person,
        file,
        label: `set-aside ${name}`,
        source: 'setAside',
        isNamed: true,
      })),
  );
}
