import type { ModelEntry } from '../models/catalogueEntry.js';
import { staleReason } from '../models/install.js';
import { isVariant } from '../models/variant.js';
import type { ModelsPlace } from './modelsPlace.js';

/** A detector and an embedder that may be used together. */
export interface KnownPair {
  detector: string;
  embedder: string;
  /** Known people who are named right in a gallery of 100, percent; null: not measured. */
  named: number | null;
}

/** The pairs of the catalogue and the one of the configuration, and those with variants made here; each once. */
export async function knownPairs({
  entries,
  distribution,
  folders,
  loaded,
}: ModelsPlace): Promise<KnownPair[]> {
  const { detector, embedder } = loaded.config;
  const known: KnownPair[] = [
    ...distribution.pairs,
    ...Object.values(distribution.packs).map((pack) => ({ ...pack, named: null })),
    { detector, embedder, named: null },
  ];
  const made: KnownPair[] = [];
  for (const variant of entries.filter(isVariant)) {
    if ((await staleReason(variant, { entries }, folders)) !== null) continue;
    const role = variant.kind === 'arcface' ? 'embedder' : 'detector';
    // A variant is refused when it is less accurate than what it was made from.
    const like = [...known, ...made].filter((pair) => pair[role] === variant.variant.from.id);
    made.push(...like.map((pair) => ({ ...pair, [role]: variant.id })));
  }
  const byName = new Map<string, KnownPair>();
  for (const pair of [...known, ...made]) {
    const name = `${pair.detector} ${pair.embedder}`;
    if (!byName.has(name)) byName.set(name, pair);
  }
  return [...byName.values()];
}

/** The models of a pair: the detector and the embedder; undefined where there is none with that id. */
export function modelsOf(
  { detector, embedder }: Pick<KnownPair, 'detector' | 'embedder'>,
  { entries }: Pick<ModelsPlace, 'entries'>,
): (ModelEntry | undefined)[] {
  return [detector, embedder].map((id) => entries.find((entry) => entry.id === id));
}

/** What the licences of a pair are, each once, and whether one forbids commercial use. */
export function usageOf(
  pair: Pick<KnownPair, 'detector' | 'embedder'>,
  place: ModelsPlace,
): { licences: string[]; nonCommercial: boolean } {
  const models = modelsOf(pair, place);
  const licences = models.map((entry) =>
    entry && 'licence' in entry && entry.licence !== null ? entry.licence : 'your own',
  );
  return {
    licences: [...new Set(licences)],
    nonCommercial: models.some((entry) => isNonCommercial(entry, place)),
  };
}

function isNonCommercial(entry: ModelEntry | undefined, { known }: ModelsPlace): boolean {
  if (!entry) return false;
  const id = isVariant(entry) ? entry.variant.from.id : entry.id;
  return known.some((one) => one.id === id && one.nonCommercial);
}
