import type { Config } from '../config/schema.js';
import { describeError, SpotterError } from '../core/errors.js';
import { modelSpeed } from '../engine/modelSpeed.js';
import type { ModelEntry } from '../models/catalogueEntry.js';
import { findModel, isIncluded, requireModel } from '../models/install.js';
import type { PairOffer } from '../models/pairChoice.js';
import { prepare } from '../models/prepare.js';
import { type KnownPair, knownPairs, modelsOf, usageOf } from './knownPairs.js';
import type { ModelsPlace } from './modelsPlace.js';
import { printError } from './print.js';

interface Measured {
  detectors: ReadonlyMap<string, number>;
  embedders: ReadonlyMap<string, number>;
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
  const pairs = await knownPairs(place);
  const intact = await intactModels(pairs, place);
  const measured = await measure(pairs, intact, place, modelFolder, signal);
  return pairs.map((pair) => offerOf(pair, intact, place, measured));
}

/** The ids of models that are installed. A damaged one is reported, and is not. */
async function intactModels(
  pairs: readonly KnownPair[],
  { entries, folders }: ModelsPlace,
): Promise<ReadonlySet<string>> {
  const ids = new Set([...Object.values(UNIT), ...pairs.flatMap((pair) => [pair.detector, pair.embedder])]);
  const intact = new Set<string>();
  for (const entry of entries.filter(({ id }) => ids.has(id))) {
    if (findModel(entry, folders) === null) continue;
    try {
      await requireModel(entry, folders);
      intact.add(entry.id);
    } catch (error) {
      reportUnmeasured(error);
    }
  }
  return intact;
}

/** A model that cannot be used is no reason not to measure the others. */
function reportUnmeasured(error: unknown): void {
  if (!(error instanceof SpotterError)) throw error;
  printError(`not measured: ${describeError(error)}`);
}

/** Measures every installed model once, two at a time. */
async function measure(
  pairs: readonly KnownPair[],
  intact: ReadonlySet<string>,
  { loaded }: ModelsPlace,
  modelFolder: string | undefined,
  signal: AbortSignal,
): Promise<Measured> {
  const installed = (role: 'detector' | 'embedder') =>
    [...new Set([UNIT[role], ...pairs.map((pair) => pair[role])])].filter((id) => intact.has(id));
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
    reportUnmeasured(error);
    return null;
  }
}

function offerOf(
  pair: KnownPair,
  intact: ReadonlySet<string>,
  place: ModelsPlace,
  measured: Measured,
): PairOffer {
  const models = modelsOf(pair, place);
  const [detectMs, embedMs] = [
    timeOf(models[0], UNIT.detector, measured.detectors),
    timeOf(models[1], UNIT.embedder, measured.embedders),
  ];
  const missing = models.flatMap((entry) => {
    if (!entry || intact.has(entry.id) || isIncluded(entry) || !('files' in entry)) return [];
    const [{ bytes, url }] = entry.files;
    return [{ id: entry.id, bytes, hasAddress: url !== null }];
  });
  const { detector, embedder } = pair;
  return {
    ...pair,
    frameMs: detectMs === null || embedMs === null ? null : detectMs + embedMs,
    isMeasured: measured.detectors.has(detector) && measured.embedders.has(embedder),
    ...usageOf(pair, place),
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
