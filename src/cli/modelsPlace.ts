import type { LoadedConfig } from '../config/load.js';
import { CONNECTIONS } from '../config/unusedSections.js';
import { SpotterError } from '../core/errors.js';
import { Catalogue, type Distribution, namedModels, readCatalogueFile } from '../models/catalogue.js';
import type { CatalogueEntry, LandmarkEntry, ModelEntry } from '../models/catalogueEntry.js';
import { modelFolders } from '../models/prepare.js';
import { isVariant, type UnusableVariant } from '../models/variant.js';
import { type CommonOptions, configOf } from './options.js';

/** The models that a command line can be about, and where they are. */
export interface ModelsPlace {
  loaded: LoadedConfig;
  /** Those of the catalogue and of the configuration, and those made here. */
  entries: readonly ModelEntry[];
  /** What is left of models made here that cannot be used. */
  unusable: readonly UnusableVariant[];
  known: readonly CatalogueEntry[];
  /** The landmark network, which cannot be chosen. */
  landmarks: LandmarkEntry;
  distribution: Distribution;
  /** Searched in this order; the first one is where models are put. */
  folders: readonly string[];
}

/** @param isMade whether the folder of --models may be missing. @throws SpotterError of {@link configOf} */
export function modelsPlace(options: CommonOptions, isMade = false): ModelsPlace {
  const { models, ...rest } = options;
  const loaded = configOf(isMade ? rest : options, CONNECTIONS);
  const { models: known, landmarks, ...distribution } = readCatalogueFile();
  const { config } = loaded;
  const folders = modelFolders(config, models);
  const catalogue = new Catalogue(known, config.models.declared, folders);
  return {
    loaded,
    entries: catalogue.entries,
    unusable: catalogue.unusable,
    known,
    landmarks,
    distribution,
    folders,
  };
}

/**
 * The catalogued models with these ids or in these packs.
 *
 * @throws SpotterError model.not_found; usage for a model that is declared, or made here
 */
export function wantedModels(
  names: readonly string[],
  { loaded, entries, unusable, known, distribution }: ModelsPlace,
): CatalogueEntry[] {
  const made = entries.filter(isVariant).find(({ id }) => names.includes(id));
  if (made)
    throw new SpotterError(
      'usage',
      `model "${made.id}" is made here from ${made.variant.from.id}; see "spotter models quantize --help"`,
    );
  const left = unusable.find(({ id }) => names.includes(id));
  if (left) throw new SpotterError('usage', left.why);
  const declared = loaded.config.models.declared.find(({ id }) => names.includes(id));
  if (declared)
    throw new SpotterError(
      'usage',
      `model "${declared.id}" is declared in the configuration, and its file is ${declared.file}; put it there or remove it yourself`,
    );
  return namedModels(names, known, distribution);
}
