import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { AccuracyTask } from '../../bench/accuracy.js';
import { DEMO_CLIP, DEMO_GALLERY } from '../../bench/daemon.js';
import type { FaceMeant } from '../../bench/photoLooks.js';
import { CONNECTIONS } from '../config/unusedSections.js';
import { cpuKind } from '../core/cpuKind.js';
import { SpotterError } from '../core/errors.js';
import { findModel } from '../models/install.js';
import { prepare } from '../models/prepare.js';
import { pairsTask } from './benchAccuracy.js';
import type { Context } from './context.js';
import { type KnownPair, knownPairs, modelsOf, usageOf } from './knownPairs.js';
import { photosByRole, photosOfPeople } from './labelledPhotos.js';
import { type ModelsPlace, modelsPlace } from './modelsPlace.js';
import { type CommonOptions, configOf } from './options.js';
import { figureLines, numbersOf } from './pairFigures.js';
import { printError, printJson, printLines } from './print.js';
import { ProgressBar } from './progress.js';

/** Options of `spotter bench pairs`. */
export interface PairsBenchOptions extends CommonOptions {
  /** Detector and embedder, joined by "+"; none: all that are installed. */
  only: string[];
  seconds: number;
  /** Labelled photos of the first question: pairs (those of LFW need `images`) or people; and of the second. */
  pairs?: string;
  images?: string;
  people?: string;
  list?: string;
  face: FaceMeant;
  size: number;
  draws: number;
  json?: boolean;
}

/** `spotter bench pairs`: speed, memory, accuracy and licence of pairs of models. @returns 1 if one could not be measured */
export async function pairs(
  { signal }: Context,
  given: string | undefined,
  options: PairsBenchOptions,
): Promise<number> {
  const verification = verificationTask(options);
  const { list, models, seconds, face, size, draws, quiet, json } = options;
  const photos = list === undefined ? null : photosByRole({ list });
  const identification: AccuracyTask | null = photos && { kind: 'identification', photos };
  const place = modelsPlace(options);
  const { config } = configOf(
    given === undefined ? { gallery: DEMO_GALLERY, ...options } : options,
    CONNECTIONS,
  );
  const all = options.only.length > 0 ? options.only.map(namedPair) : await knownPairs(place);
  // A name that is wrong is reported before anything is measured.
  if (options.only.length > 0) for (const pair of all) await prepare({ ...config, ...pair }, models);
  const chosen = all.filter((pair) => isInstalled(pair, place));
  const { measurePairs } = await import('../../bench/pairs.js');
  const bar = new ProgressBar('pairs', !quiet);
  const clip = given ?? DEMO_CLIP;
  const measured = await measurePairs({
    pairs: chosen.map((pair) => ({ ...pair, numbers: numbersOf(pair, place), ...usageOf(pair, place) })),
    config,
    modelFolder: models,
    clip,
    seconds,
    verification,
    identification,
    face,
    people: size,
    draws,
    signal,
    onPair: ({ detector, embedder }, index) => bar.show(index, chosen.length, `${detector} + ${embedder}`),
  }).finally(() => bar.stop());
  const left = all.filter((pair) => !chosen.includes(pair));
  const cores = availableParallelism();
  if (json) printJson({ cores, cpu: cpuKind().model, clip, seconds, rows: measured, left });
  else
    printLines(figureLines(measured, left, `${path.basename(clip)}, ${seconds} s per pair, ${cores} cores`));
  const faults = measured.flatMap(({ fault }) => (fault === null ? [] : [fault]));
  if (!json) for (const fault of faults) printError(`not measured: ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

/** @throws SpotterError usage */
function verificationTask({ pairs, images, people }: PairsBenchOptions): AccuracyTask | null {
  if (people !== undefined) {
    if (pairs !== undefined || images !== undefined)
      throw new SpotterError('usage', 'give --people, or --pairs (with --images for those of LFW), not both');
    return { kind: 'people', photos: photosOfPeople(people, '--people') };
  }
  if (pairs !== undefined) return pairsTask(pairs, images);
  if (images !== undefined)
    throw new SpotterError('usage', '--images is for the pairs of LFW; add --pairs FILE');
  return null;
}

/** @throws SpotterError usage */
function namedPair(text: string): KnownPair {
  const [detector, embedder, ...more] = text.split('+').map((id) => id.trim());
  if (!detector || !embedder || more.length > 0)
    throw new SpotterError('usage', `--only ${text} is not a pair; write it as --only yunet+sface`);
  return { detector, embedder, named: null };
}

function isInstalled(pair: KnownPair, place: ModelsPlace): boolean {
  return modelsOf(pair, place).every((entry) => entry && findModel(entry, place.folders) !== null);
}
