import type { Config } from '../config/schema.js';
import { describeError, SpotterError } from '../core/errors.js';
import { modelSpeed } from '../engine/modelSpeed.js';
import type { ModelEntry } from '../models/catalogueEntry.js';
import { findModel, staleReason } from '../models/install.js';
import type { PairOffer } from '../models/pairChoice.js';
import { prepare } from '../models/prepare.js';
import { isVariant } from '../models/variant.js';
import type { ModelsPlace } from './modelsPlace.js';
import { printError } from './print.js';

interface Measured {
  detectors: ReadonlyMap<string, number>;
  embedders: ReadonlyMap<string, number>;
}

interface Pair {
  detector: string;
  embedder: string;
  named: number | null;
}

/** The model whose time the costs in the catalogue are multiples of, by role. */
const UNIT = { detector: 'spotter-det', embedder: 'spotter-embed' };

/**
 * The pairs that can be used here: those of the catalogue, the one of the configuration, and those with variants made here. Measures
 * what is installed.
 *
 * @param modelFolder value of --models
 * @throws SpotterError interrupted
 */
export async function pairOffers(
  place: ModelsPlace,
  modelFolder: string | undefined,
  signal: AbortSignal,
): Promise<PairOffer[]> {
  const pairs = await pairsOf(place);
  const measured = await measure(pairs, place, modelFolder, signal);
  return pairs.map((pair) => offerOf(pair, place, measured));
}

async function pairsOf({ entries, distribution, folders, loaded }: ModelsPlace): Promise<Pair[]> {
  const { detector, embedder } = loaded.config;
  const known: Pair[] = [
    ...distribution.pairs,
    ...Object.values(distribution.packs).map((pack) => ({ ...pack, named: null })),
    { detector, embedder, named: null },
  ];
  const made: Pair[] = [];
  for (const variant of entries.filter(isVariant)) {
    if ((await staleReason(variant, { entries }, folders)) !== null) continue;
    const role = variant.kind === 'arcface' ? 'embedder' : 'detector';
    // A variant is refused when it is less accurate than what it was made from.
    const like = [...known, ...made].filter((pair) => pair[role] === variant.variant.from.id);
    made.push(...like.map((pair) => ({ ...pair, [role]: variant.id })));
  }
  const byName = new Map<string, Pair>();
  for (const pair of [...known, ...made]) {
    const name = `${pair.detector} ${pair.embedder}`;
    if (!byName.has(name)) byName.set(name, pair);
  }
  return [...byName.values()];
}

/** Measures every installed model once, two at a time. */
async function measure(
  pairs: readonly Pair[],
  { entries, folders, loaded }: ModelsPlace,
  modelFolder: string | undefined,
  signal: AbortSignal,
): Promise<Measured> {
  const isThere = (id: string) =>
    entries.some((entry) => entry.id === id && findModel(entry, folders) !== null);
  const installed = (role: 'detector' | 'embedder') =>
    [...new Set([UNIT[role], ...pairs.map((pair) => pair[role])])].filter(isThere);
  const [all, others] = [installed('detector'), installed('embedder')];
  const detectors = new Map<string, number>();
  const embedders = new Map<string, number>();
  for (let index = 0; index < Math.max(all.length, others.length); index++) {
    if (signal.aborted) throw new SpotterError('interrupted', 'interrupted; nothing was changed');
    const detector = all[index] ?? UNIT.detector;
    const embedder = others[index] ?? UNIT.embedder;
    const speed = await speedOf({ ...loaded.config, detector, embedder }, modelFolder);
    if (!speed) continue;
    // The first one is measured before the machine is warm, and once more beside others.
    detectors.set(detector, Math.min(speed.detectMs, detectors.get(detector) ?? Infinity));
    embedders.set(embedder, Math.min(speed.embedMs, embedders.get(embedder) ?? Infinity));
  }
  return { detectors, embedders };
}

async function speedOf(
  config: Config,
  modelFolder: string | undefined,
): Promise<Awaited<ReturnType<typeof modelSpeed>> | null> {
  try {
    return await modelSpeed((await prepare(config, modelFolder)).settings);
  } catch (error) {
    // A damaged model is no reason not to measure the others.
    if (!(error instanceof SpotterError)) throw error;
    printError(`not measured: ${describeError(error)}`);
    return null;
  }
}

function offerOf({ detector, embedder, named }: Pair, place: ModelsPlace, measured: Measured): PairOffer {
  const models = [detector, embedder].map((id) => place.entries.find((entry) => entry.id === id));
  const [detectMs, embedMs] = [
    timeOf(models[0], UNIT.detector, measured.detectors),
    timeOf(models[1], UNIT.embedder, measured.embedders),
  ];
  const missing = models.flatMap((entry) => {
    if (!entry || findModel(entry, place.folders) || !('files' in entry)) return [];
    const [{ bytes, url }] = entry.files;
    return [{ id: entry.id, bytes, hasAddress: url !== null }];
  });
  const licences = models.map((entry) =>
    entry && 'licence' in entry && entry.licence !== null ? entry.licence : 'your own',
  );
  return {
    detector,
    embedder,
    named,
    frameMs: detectMs === null || embedMs === null ? null : detectMs + embedMs,
    isMeasured: measured.detectors.has(detector) && measured.embedders.has(embedder),
    licences: [...new Set(licences)],
    nonCommercial: models.some((entry) => isNonCommercial(entry, place)),
    missing,
  };
}

function timeOf(
  entry: ModelEntry | undefined,
  unit: string,
  measured: ReadonlyMap<string, number>,
): number | null {
  if (!entry) return null;
  const known = measured.get(entry.id);
  if (known !== undefined) return known;
  const one = measured.get(unit);
  return one !== undefined && 'cost' in entry && entry.cost !== undefined ? one * entry.cost : null;
}

function isNonCommercial(entry: ModelEntry | undefined, { known }: ModelsPlace): boolean {
  if (!entry) return false;
  const id = isVariant(entry) ? entry.variant.from.id : entry.id;
  return known.some((one) => one.id === id && one.nonCommercial);
}
