import path from 'node:path';
import { SpotterError } from '../core/errors.js';
import { makeFolder } from '../core/folders.js';
import { megabytes } from '../core/megabytes.js';
import type { CatalogueEntry, InstallableEntry } from '../models/catalogueEntry.js';
import { findModel, isIncluded, requireModel } from '../models/install.js';
import { acceptedLicences, acceptLicences } from '../models/licences.js';
import { givenPlace, type ModelSource, sourcesOf } from '../models/modelSources.js';
import { Puller } from '../models/pull.js';
import { storageFault } from '../models/storageFault.js';
import type { Context } from './context.js';
import { type ModelsPlace, modelsPlace, wantedModels } from './modelsPlace.js';
import type { CommonOptions } from './options.js';
import { printJson, printProse, printToStderr } from './print.js';
import { PullProgress } from './pullProgress.js';
import { askYesNo, canAsk } from './question.js';

/** Options of `spotter models pull`. */
export interface PullOptions extends CommonOptions {
  /** Folder, file or address, in place of the addresses of the catalogue. */
  from?: string;
  acceptLicence?: boolean;
  json?: boolean;
}

/** What became of a model. */
export interface PulledModel {
  id: string;
  path: string | null;
  state: 'installed' | 'already installed' | 'comes with spotter';
}

/**
 * `spotter models pull`: installs models of the catalogue.
 *
 * @throws SpotterError model.not_found, model.download, model.unwritable, usage (a licence that is not accepted), interrupted
 */
export async function pull(
  context: Context,
  names: readonly string[],
  options: PullOptions,
): Promise<number> {
  const place = modelsPlace(options, true);
  const { landmarks, folders } = place;
  const models = wantedModels(
    names.filter((name) => name !== landmarks.id),
    place,
  );
  const pulled = await pullModels(context, models, place, options);
  if (names.includes(landmarks.id)) pulled.push(await includedModel(landmarks, folders));
  if (options.json) printJson({ folder: place.folders[0], models: pulled });
  else printProse(pulled.map(({ id, path, state }) => `${id}: ${state}${path === null ? '' : `, ${path}`}`));
  return 0;
}

/** Installs those of the models that are missing or damaged. @throws as {@link pull} */
export async function pullModels(
  { signal }: Context,
  models: readonly CatalogueEntry[],
  place: ModelsPlace,
  options: PullOptions,
): Promise<PulledModel[]> {
  const from = options.from === undefined ? null : givenPlace(options.from);
  const states = await Promise.all(models.map((entry) => stateOf(entry, place.folders)));
  const missing = models.filter((_, index) => states[index] === null);
  // Before anything is downloaded.
  const wanted = missing.map((entry) => ({
    entry,
    sources: sourcesOf(entry, place.distribution.archives, from, missing.length === 1),
  }));
  await requireLicences(missing, place.folders[0], options.acceptLicence === true, signal);
  const paths = await pullAll(wanted, place.folders[0], options.quiet === true, signal);
  for (const entry of missing) refuseShadowed(entry, paths.get(entry.id), place.folders);
  return models.map(
    ({ id }, index) => states[index] ?? { id, path: paths.get(id) ?? null, state: 'installed' },
  );
}

async function pullAll(
  wanted: readonly { entry: CatalogueEntry; sources: readonly ModelSource[] }[],
  folder: string,
  isQuiet: boolean,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const paths = new Map<string, string>();
  if (wanted.length === 0) return paths;
  const progress = new PullProgress(isQuiet);
  const puller = new Puller({
    folder,
    signal,
    onProgress: (file, state) => progress.show(file, state),
    onNote: (sentence) => progress.note(sentence),
  });
  try {
    for (const { entry, sources } of wanted) {
      const { id, licence, files } = entry;
      const [{ bytes }] = files;
      if (!isQuiet) printToStderr(`${id}: ${bytes === null ? '' : `${megabytes(bytes)}, `}${licence}`);
      paths.set(id, await puller.pull(sources));
      progress.stop();
    }
  } finally {
    progress.stop();
    await puller.close();
  }
  return paths;
}

/** A damaged file of the model may be found before the one that was pulled. @throws SpotterError model.hash_mismatch */
function refuseShadowed(entry: CatalogueEntry, pulled: string | undefined, folders: readonly string[]): void {
  const used = findModel(entry, folders)?.path;
  if (pulled === undefined || used === undefined || used === path.resolve(pulled)) return;
  throw new SpotterError(
    'model.hash_mismatch',
    `model "${entry.id}" is installed as ${pulled}, but ${used} is found first, and is damaged; remove that`,
  );
}

async function includedModel(entry: InstallableEntry, folders: readonly string[]): Promise<PulledModel> {
  const { id } = entry;
  if (findModel(entry, folders) === null)
    throw new SpotterError(
      'model.not_found',
      `model "${id}" comes with spotter, but is missing; install spotter again`,
    );
  const { path: file } = await requireModel(entry, folders);
  return { id, path: file, state: 'comes with spotter' };
}

/** null: to be pulled. */
async function stateOf(entry: CatalogueEntry, folders: readonly string[]): Promise<PulledModel | null> {
  const { id } = entry;
  if (isIncluded(entry)) return includedModel(entry, folders);
  const found = findModel(entry, folders);
  const isIntact =
    found !== null &&
    (await requireModel(entry, folders).then(
      () => true,
      () => false,
    ));
  return isIntact ? { id, path: found.path, state: 'already installed' } : null;
}

/** Asks for what has not been accepted before, and remembers it. @throws SpotterError usage when it is not accepted */
async function requireLicences(
  models: readonly CatalogueEntry[],
  folder: string,
  isAccepted: boolean,
  signal: AbortSignal,
): Promise<void> {
  const accepted = acceptedLicences(folder);
  const open = models.filter(({ nonCommercial, licence }) => nonCommercial && !(licence in accepted));
  const licences = [...new Set(open.map(({ licence }) => licence))];
  if (licences.length === 0) return;
  const sentences = licences.map((licence) => {
    const ids = open.filter((entry) => entry.licence === licence).map(({ id }) => id);
    return `${ids.join(' and ')} may not be used commercially (licence: ${licence})`;
  });
  if (!isAccepted) {
    const remedy = 'add --accept-licence if you accept it';
    if (!canAsk()) throw new SpotterError('usage', `${sentences.join('. ')}; ${remedy}`);
    for (const sentence of sentences)
      if (!(await askYesNo(`${sentence}. Accept it?`, signal)))
        throw new SpotterError('usage', 'the licence is not accepted, and nothing was installed');
  }
  try {
    makeFolder(folder);
  } catch (cause) {
    throw storageFault(`${folder}/models`, cause);
  }
  acceptLicences(folder, licences);
}
