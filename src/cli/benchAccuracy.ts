import type { AccuracyTask } from '../../bench/accuracy.js';
import type { FaceMeant } from '../../bench/photoLooks.js';
import { CONNECTIONS } from '../config/unusedSections.js';
import { SpotterError } from '../core/errors.js';
import { prepare } from '../models/prepare.js';
import { accuracyLines } from './accuracyTable.js';
import type { Context } from './context.js';
import { checkPhotosExist, photosByRole, photosOfPeople, readText } from './labelledPhotos.js';
import { type CommonOptions, configOf } from './options.js';
import { isLfwPairs, parseCsvPairs, parseLfwPairs } from './pairsFile.js';
import { printError, printJson, printLines } from './print.js';
import { ProgressBar } from './progress.js';

/** Options of `spotter bench accuracy`. The labelled photos come from one of pairs, people, list and gallery. */
export interface AccuracyBenchOptions extends CommonOptions {
  /** File of pairs; those of LFW need `images`. */
  pairs?: string;
  images?: string;
  /** Folder of people, whose photos are all compared with each other. */
  people?: string;
  /** CSV with the role of each photo. */
  list?: string;
  /** Folders of people, beside `gallery`. */
  known?: string;
  strangers?: string;
  face: FaceMeant;
  sizes: number[];
  draws: number;
  json?: boolean;
}

const SOURCES =
  'give one of --pairs FILE (with --images DIR for that of LFW), --people DIR, --list FILE, or --gallery DIR with --known DIR or --strangers DIR';
/** Unreadable photos that are reported one by one. */
const MAX_REPORTED = 5;

/** `spotter bench accuracy`: how well a pair of models recognises the people in labelled photos. */
export async function accuracy({ signal }: Context, options: AccuracyBenchOptions): Promise<number> {
  const task = taskOf(options);
  const { measureAccuracy } = await import('../../bench/accuracy.js');
  const { config } = configOf(options, CONNECTIONS);
  const prepared = await prepare(config, options.models);
  const { face, sizes, draws, quiet, json } = options;
  const bar = new ProgressBar('photos', !quiet);
  const onProgress = (done: number, total: number) => bar.show(done, total, 'looking at faces');
  const result = await measureAccuracy(task, {
    config,
    prepared,
    face,
    sizes,
    draws,
    signal,
    onProgress,
  }).finally(() => bar.stop());
  for (const message of result.unreadable.slice(0, MAX_REPORTED)) printError(message);
  if (json) printJson(result);
  else printLines(accuracyLines(result));
  return 0;
}

/** Reads what the options name. @throws SpotterError usage */
function taskOf(options: AccuracyBenchOptions): AccuracyTask {
  const { pairs, images, people, list, gallery, known, strangers } = options;
  const probes = known ?? strangers;
  const given = [pairs, people, list, probes].filter((source) => source !== undefined);
  const isIncomplete = (probes !== undefined && gallery === undefined) || (images !== undefined && !pairs);
  if (given.length !== 1 || isIncomplete) throw new SpotterError('usage', SOURCES);
  if (pairs !== undefined) return pairsTask(pairs, images);
  if (people !== undefined) return { kind: 'people', photos: photosOfPeople(people, '--people') };
  const photos = photosByRole(options);
  if (!photos) throw new SpotterError('usage', SOURCES);
  return { kind: 'identification', photos };
}

/** Reads a file of pairs. @param images folder of the photos, for the format of LFW. @throws SpotterError usage */
export function pairsTask(file: string, images: string | undefined): AccuracyTask {
  const text = readText(file, '--pairs');
  const isLfw = isLfwPairs(text);
  if (isLfw && images === undefined)
    throw new SpotterError(
      'usage',
      `${file} is in the format of LFW; name the folder of its photos with --images`,
    );
  if (!isLfw && images !== undefined)
    throw new SpotterError('usage', `${file} is CSV, with paths relative to it; leave --images out`);
  const folds = images === undefined ? parseCsvPairs(text, file) : parseLfwPairs(text, file, images);
  const files = folds.flat().flatMap(({ a, b }) => [a, b]);
  checkPhotosExist(files, file, isLfw ? 'check --images' : 'check the paths, which are relative to it');
  return { kind: 'pairs', folds };
}
