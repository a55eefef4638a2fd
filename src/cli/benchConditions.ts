import type { ConditionsResult } from '../../bench/conditions.js';
import type { FaceMeant } from '../../bench/photoLooks.js';
import { CONNECTIONS } from '../config/unusedSections.js';
import { SpotterError } from '../core/errors.js';
import { prepare } from '../models/prepare.js';
import type { Context } from './context.js';
import { photosByRole, type RoleSources } from './labelledPhotos.js';
import { type CommonOptions, configOf } from './options.js';
import { printError, printJson, printLines } from './print.js';
import { ProgressBar } from './progress.js';
import { tableLines } from './table.js';

/** Options of `spotter bench conditions`. The photos come from list, or from gallery with known or strangers. */
export interface ConditionsBenchOptions extends CommonOptions, RoleSources {
  face: FaceMeant;
  /** Most people in the gallery, and most strangers. */
  people: number;
  json?: boolean;
}

const SOURCES = 'give --list FILE, or --gallery DIR with --known DIR, --strangers DIR or both';
/** Unreadable photos that are reported one by one. */
const MAX_REPORTED = 5;

/** `spotter bench conditions`: how well people are recognised in bad pictures. */
export async function conditions({ signal }: Context, options: ConditionsBenchOptions): Promise<number> {
  const photos = photosByRole(options);
  if (!photos) throw new SpotterError('usage', SOURCES);
  const { measureConditions } = await import('../../bench/conditions.js');
  const { config } = configOf(options, CONNECTIONS);
  const prepared = await prepare(config, options.models);
  const { face, people, quiet, json } = options;
  const bar = new ProgressBar('photos', !quiet);
  const onProgress = (done: number, total: number) => bar.show(done, total, 'looking at faces');
  const result = await measureConditions({
    config,
    prepared,
    photos,
    face,
    people,
    signal,
    onProgress,
  }).finally(() => bar.stop());
  for (const message of result.unreadable.slice(0, MAX_REPORTED)) printError(message);
  if (json) printJson(result);
  else printLines(conditionLines(result));
  return 0;
}

function conditionLines({ detector, embedder, people, face, rows, faceless }: ConditionsResult): string[] {
  const [{ known, strangers }] = rows;
  const meant = face === 'largest' ? 'the largest face' : 'the face nearest the middle';
  const percent = (some: number, all: number) => (all === 0 ? '-' : `${((100 * some) / all).toFixed(1)} %`);
  return [
    `${detector} + ${embedder}, ${people} people in the gallery, ${known.photos} photos of known people and ${strangers.photos} of strangers, ${meant} of each`,
    ...(faceless > 0 ? [`${faceless} photos show no face even as they are, and are left out`] : []),
    '',
    ...tableLines([
      ['', 'named', 'missed', 'of these unusable', 'wrong', 'strangers named'],
      ...rows.map(({ name, known: { photos, right, wrong, unusable }, strangers: others }) => [
        name,
        percent(right, photos),
        percent(photos - right - wrong, photos),
        percent(unusable, photos),
        String(wrong),
        String(others.wrong),
      ]),
    ]),
    '',
    ...rows.map(({ name, about }) => `${name}: ${about}`),
  ];
}
