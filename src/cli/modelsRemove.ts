import { rm } from 'node:fs/promises';
import { SpotterError } from '../core/errors.js';
import { removeModel } from '../models/modelRemoval.js';
import { storageFault } from '../models/storageFault.js';
import { isVariant, variantFiles } from '../models/variant.js';
import type { Context } from './context.js';
import type { ModelsOptions } from './models.js';
import { modelsPlace, wantedModels } from './modelsPlace.js';
import { printJson, printProse } from './print.js';

/**
 * `spotter models remove`: deletes the files of models.
 *
 * @returns 1 if one was not installed
 * @throws SpotterError usage for a model that the configuration selects, or that comes with spotter; model.not_found
 */
export async function remove(
  _context: Context,
  names: readonly string[],
  options: ModelsOptions,
): Promise<number> {
  const place = modelsPlace(options);
  const made = [
    ...place.entries.filter(isVariant).map((entry) => ({ id: entry.id, files: variantFiles(entry) })),
    ...place.unusable,
  ].filter(({ id }) => names.includes(id));
  const models = wantedModels(
    names.filter((name) => !made.some(({ id }) => id === name)),
    place,
  );
  const { config, file } = place.loaded;
  for (const { id, included } of [...models, ...made.map((one) => ({ id: one.id, included: false }))]) {
    const role = id === config.detector ? 'detector' : id === config.embedder ? 'embedder' : null;
    if (role !== null && !included)
      throw new SpotterError(
        'usage',
        `model "${id}" is the ${role} in ${file ?? 'use'}; select another one there first`,
      );
  }
  for (const one of made.flatMap(({ files }) => files))
    await rm(one).catch((cause: unknown) => {
      throw storageFault(one, cause);
    });
  const removed = [
    ...models.map((entry) => ({ id: entry.id, removed: removeModel(entry, place.folders) })),
    ...made.map(({ id, files }) => ({ id, removed: files })),
  ];
  if (options.json) printJson({ folders: place.folders, models: removed });
  else
    for (const { id, removed: paths } of removed)
      printProse([`${id}: ${paths.length === 0 ? 'is not installed' : `removed ${paths.join(' and ')}`}`]);
  return removed.every(({ removed: paths }) => paths.length > 0) ? 0 : 1;
}
