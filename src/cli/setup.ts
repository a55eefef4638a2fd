import { availableParallelism } from 'node:os';
import type { Config } from '../config/schema.js';
import { checkConfigWritable, writeSettings } from '../config/writeSettings.js';
import { cpuKind } from '../core/cpuKind.js';
import { SpotterError } from '../core/errors.js';
import { megabytes } from '../core/megabytes.js';
import { plural } from '../core/plural.js';
import { programCall, quoted } from '../core/programCall.js';
import { acceptedLicences } from '../models/licences.js';
import { givenPlace } from '../models/modelSources.js';
import { choosePair, framesPerSecond, type PairOffer } from '../models/pairChoice.js';
import type { Context } from './context.js';
import { placeArguments } from './home.js';
import { modelsPlace, wantedModels } from './modelsPlace.js';
import { pullModels } from './modelsPull.js';
import type { CommonOptions } from './options.js';
import { printError, printJson, printLine, printLines, printToStderr } from './print.js';
import { askYesNo, canAsk } from './question.js';
import { pairOffers } from './setupOffers.js';
import { leftTable } from './table.js';

/** Options of `spotter setup`. */
export interface SetupOptions extends CommonOptions {
  /** Place of the files, in place of the addresses of the catalogue. */
  from?: string;
  acceptLicence?: boolean;
  /** Do it without asking. */
  yes?: boolean;
  json?: boolean;
}

/** Frames per second to have room for when there is no camera yet: one with the default. */
const ONE_CAMERA_FPS = 10;

/**
 * `spotter setup`: measures this machine, says which pair of models suits it, and on request pulls that and selects it in the
 * configuration.
 *
 * @throws SpotterError usage, config.invalid, interrupted, and of `spotter models pull`
 */
export async function setup(context: Context, options: SetupOptions): Promise<number> {
  const { json, yes, from, models, acceptLicence, quiet } = options;
  if (from !== undefined) givenPlace(from);
  const place = modelsPlace(options, true);
  const { config, file } = place.loaded;
  if (yes && file === null)
    throw new SpotterError(
      'usage',
      'there is no config.yaml to write the models into; make one with "spotter init", or name it with -c',
    );
  if (yes && file !== null) checkConfigWritable(file);
  if (!quiet && !json) printToStderr('measuring this machine; this takes a few seconds ...');
  const cores = availableParallelism();
  const offers = await pairOffers(place, models, context.signal);
  if (offers.every(({ frameMs }) => frameMs === null))
    throw new SpotterError(
      'usage',
      'no pair of models could be measured, for the reasons above; nothing was changed',
    );
  const current = offers.find((offer) => isCurrent(offer, config));
  const isAccepted = Object.keys(acceptedLicences(place.folders[0])).length > 0;
  const demand = {
    cores,
    framesPerSecond: config.cameras.reduce((sum, { fps }) => sum + fps, 0) || ONE_CAMERA_FPS,
    nonCommercial: acceptLicence === true || isAccepted,
    hasPlace: from !== undefined,
  };
  const chosen = choosePair(offers, demand);
  const isNew = chosen !== null && !isCurrent(chosen, config) && isBetter(chosen, current);
  if (!json) printLines(tableOf(offers, config, cores));
  let changed: { line: number; text: string }[] = [];
  if (isNew) {
    const sentence = `${plural(cores, 'core')}: ${offerText(chosen)}${comparison(chosen, current)}`;
    const wanted =
      yes === true || (!json && file !== null && canAsk() && (await ask(sentence, chosen, context)));
    if (wanted && file !== null) changed = await apply(context, chosen, place, file, options);
    else if (!json) printLines(laterLines(sentence, yes === undefined && canAsk() && file !== null, options));
  } else if (!json) printLine(keptText(chosen, current));
  const better = choosePair(offers, { ...demand, hasPlace: true });
  if (!json && better && better !== chosen && isBetter(better, isNew ? chosen : current))
    printLine(withoutAddress(better));
  if (json)
    printJson({ machine: { cores, cpu: cpuKind().model }, demand, pairs: offers, chosen, file, changed });
  return 0;
}

async function apply(
  context: Context,
  { detector, embedder }: PairOffer,
  place: ReturnType<typeof modelsPlace>,
  file: string,
  options: SetupOptions,
): Promise<{ line: number; text: string }[]> {
  checkConfigWritable(file);
  const catalogued = [detector, embedder].filter((id) => place.known.some((one) => one.id === id));
  await pullModels(context, wantedModels(catalogued, place), place, options);
  const lines = writeSettings(file, [
    { section: null, key: 'detector', value: detector },
    { section: null, key: 'embedder', value: embedder },
  ]);
  if (options.json) return lines;
  for (const { line, text } of lines) if (text.trim() !== '') printLine(`${file}:${line}: ${text.trim()}`);
  const { match, cameras } = place.loaded.config;
  if (match.threshold !== null || cameras.some((camera) => camera.match.threshold !== null))
    printError(
      `a threshold in ${file} was for the embedder before; remove match.threshold, or choose it anew with "spotter calibrate"`,
    );
  return lines;
}

function ask(sentence: string, { missing }: PairOffer, { signal }: Context): Promise<boolean> {
  const what = missing.length > 0 ? 'Pull it and use it?' : 'Use it?';
  return askYesNo(`${sentence}. ${what}`, signal);
}

function tableOf(offers: readonly PairOffer[], config: Config, cores: number): string[] {
  const rows = offers.map((offer) => {
    const speed = framesPerSecond(offer, cores);
    const about = offer.isMeasured ? '' : '~';
    return [
      nameOf(offer),
      offer.frameMs === null ? '?' : `${about}${durationOf(offer.frameMs)}`,
      speed === null ? '?' : `${about}${Math.round(speed)}/s`,
      offer.named === null ? '?' : percent(offer.named),
      stateOf(offer, config),
      offer.nonCommercial ? 'research' : 'any',
    ];
  });
  // Fits into 80 columns.
  return leftTable([['pair', 'frame', 'frames', 'names', 'state', 'use'], ...rows]);
}

function stateOf(offer: PairOffer, config: Config): string {
  if (isCurrent(offer, config)) return 'in use';
  if (offer.missing.length === 0) return offer.frameMs === null ? 'unusable' : 'installed';
  const without = offer.missing.filter(({ hasAddress }) => !hasAddress).map(({ id }) => id);
  return without.length > 0 ? 'needs --from' : `to pull${sizeText(offer)}`;
}

function sizeText({ missing }: PairOffer): string {
  const sizes = missing.map(({ bytes }) => bytes);
  if (sizes.length === 0 || sizes.some((bytes) => bytes === null)) return '';
  return `, ${megabytes(sizes.reduce((sum: number, bytes) => sum + (bytes ?? 0), 0))}`;
}

function offerText(offer: PairOffer): string {
  const about = offer.isMeasured ? '' : 'about ';
  const size = sizeText(offer).replace(', ', '');
  const more = [...(size === '' ? [] : [size]), offer.licences.join(' and ')].join(', ');
  return `${nameOf(offer)} (${more}), ${about}${Math.round(offer.frameMs ?? 0)} ms per frame, names ${percent(offer.named ?? 0)}`;
}

/** What names more, or as much in less time. */
function comparison(chosen: PairOffer, current: PairOffer | undefined): string {
  if (!current || current.named === null) return '';
  if (current.named === chosen.named && current.frameMs !== null)
    return `, as ${nameOf(current)} does in ${current.frameMs.toFixed(0)} ms`;
  return ` where ${nameOf(current)} names ${percent(current.named)}`;
}

function laterLines(
  sentence: string,
  wasAsked: boolean,
  { from, models, acceptLicence, ...place }: SetupOptions,
): string[] {
  const more = [
    ...placeArguments(place),
    ...(from === undefined ? [] : ['--from', from]),
    ...(models === undefined ? [] : ['--models', models]),
    ...(acceptLicence ? ['--accept-licence'] : []),
  ];
  const call = [programCall(), 'setup --yes', ...more.map(quoted)].join(' ');
  return [wasAsked ? 'nothing was changed' : sentence, `use it later: ${call}`];
}

function keptText(chosen: PairOffer | null, current: PairOffer | undefined): string {
  const name = current ? nameOf(current) : 'the pair of the configuration';
  if (chosen !== null) return `${name} stays: no pair that can be had here names more`;
  return `${name} stays: no pair whose accuracy is known, and that can be had, is quick enough here`;
}

function withoutAddress(offer: PairOffer): string {
  const ids = offer.missing.filter(({ hasAddress }) => !hasAddress).map(({ id }) => id);
  return `better, once you have the file of ${ids.join(' and ')}, which has no public address: ${offerText(offer)}; then ${programCall()} setup --from FOLDER`;
}

function isCurrent({ detector, embedder }: PairOffer, config: Config): boolean {
  return detector === config.detector && embedder === config.embedder;
}

/** A pair that is quicker by less than this share of the time is not worth a change: two measurements differ by as much. */
const LEAST_GAIN = 0.2;

/** Names more people, or as many in clearly less time. */
function isBetter(chosen: PairOffer, current: PairOffer | undefined): boolean {
  if (!current || current.named === null || chosen.named === null) return true;
  if (chosen.named !== current.named) return chosen.named > current.named;
  return (chosen.frameMs ?? Infinity) < (1 - LEAST_GAIN) * (current.frameMs ?? Infinity);
}

function nameOf({ detector, embedder }: PairOffer): string {
  return `${detector} + ${embedder}`;
}

function percent(value: number): string {
  return `${value} %`;
}

/** At most six characters: the table has to fit into a terminal. */
function durationOf(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
