import path from 'node:path';
import type { CurvePhotos, CurvesResult } from '../../bench/curves.js';
import type { FaceMeant } from '../../bench/photoLooks.js';
import { CONNECTIONS } from '../config/unusedSections.js';
import { SpotterError } from '../core/errors.js';
import { prepare } from '../models/prepare.js';
import type { Context } from './context.js';
import { photosByRole, photosOfPeople, type RoleSources } from './labelledPhotos.js';
import { type CommonOptions, configOf } from './options.js';
import { printError, printJson, printLines } from './print.js';
import { ProgressBar } from './progress.js';

/** Options of `spotter bench curves`. The photos come from list, people, or gallery with known. */
export interface CurvesBenchOptions extends CommonOptions, Omit<RoleSources, 'strangers'> {
  /** Folder of people; the first photo of each is the gallery. */
  people?: string;
  face: FaceMeant;
  json?: boolean;
}

const SOURCES = 'give one of --list FILE, --people DIR, or --gallery DIR with --known DIR';
/** Unreadable photos that are reported one by one. */
const MAX_REPORTED = 5;

/** `spotter bench curves`: measures how similar faces are to an embedder, for the catalogue or models.declared. */
export async function curves({ signal }: Context, options: CurvesBenchOptions): Promise<number> {
  const photos = photosOf(options);
  const { face, quiet, json } = options;
  const { measureCurves } = await import('../../bench/curves.js');
  const { config } = configOf(options, CONNECTIONS);
  const prepared = await prepare(config, options.models);
  const bar = new ProgressBar('photos', !quiet);
  const onProgress = (done: number, total: number) => bar.show(done, total, 'looking at faces');
  const result = await measureCurves({ config, prepared, photos, face, signal, onProgress }).finally(() =>
    bar.stop(),
  );
  for (const message of result.unreadable.slice(0, MAX_REPORTED)) printError(message);
  if (json) printJson(result);
  else printLines(curveLines(result));
  return 0;
}

/** Reads what the options name. @throws SpotterError usage */
function photosOf(options: CurvesBenchOptions): CurvePhotos {
  const { people, list, gallery, known } = options;
  if ([people, list, known].filter((source) => source !== undefined).length !== 1)
    throw new SpotterError('usage', SOURCES);
  if (people === undefined) {
    const photos = photosByRole({ ...(list !== undefined ? { list } : { gallery, known }) } as RoleSources);
    if (!photos) throw new SpotterError('usage', SOURCES);
    return photos;
  }
  const photos = photosOfPeople(people, '--people');
  const first = new Map([...photos].reverse().map((photo) => [photo.person, photo]));
  const isFirst = (photo: (typeof photos)[number]) => first.get(photo.person) === photo;
  return { gallery: photos.filter(isFirst), known: photos.filter((photo) => !isFirst(photo)) };
}

/** The measured curves as a block for models/catalogue.yaml, under comments that say what they rest on. */
export function curveLines(result: CurvesResult): string[] {
  const { detector, embedder, photos, pairs, looks, copies, notes, curves: measured } = result;
  const { different, shift, same } = measured;
  const [a, b, c] = different.map((value) => round(value, 3));
  const both = ([median, deviation]: readonly [number, number]) =>
    `[${round(median, 3)}, ${round(deviation, 3)}]`;
  const whole = (value: number) => value.toLocaleString('en');
  return [
    `# ${detector} + ${embedder}: ${whole(photos.gallery.usable)} photos in the gallery, ${whole(photos.known.usable)} others, ${whole(pairs)} pairs of different people;`,
    `# looks: ${looks.frontal} frontal, ${looks.turned} turned, ${looks.poor} poor`,
    ...copies.map(
      ({ files, similarity }) =>
        `# left out, since they show one face: ${files.map((file) => path.basename(file)).join(' and ')} (${similarity.toFixed(2)})`,
    ),
    ...notes.map((note) => `# ${note}`),
    'curves:',
    `  different: [${a}, ${b}, ${c}]`,
    `  shift: ${round(shift, 4)}`,
    `  same: { frontal: ${both(same.frontal)}, turned: ${both(same.turned)}, poor: ${both(same.poor)} }`,
  ];
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
