import { readFileSync } from 'node:fs';
import path from 'node:path';
import { closest } from 'fastest-levenshtein';
import { parse } from 'yaml';
import { z } from 'zod';
import { SpotterError } from '../errors.js';
import { packageRoot } from '../package.js';
import {
  type CatalogueEntry,
  catalogueEntry,
  type DeclaredModel,
  type DetectorEntry,
  type EmbedderEntry,
  type ModelEntry,
} from './entry.js';

const file = z.strictObject({ models: z.array(catalogueEntry) });

/** Every model that spotter knows, in the order of models/catalogue.yaml. */
export function readCatalogue(): CatalogueEntry[] {
  return file.parse(parse(readFileSync(path.join(packageRoot, 'models/catalogue.yaml'), 'utf8'))).models;
}

/** The models that can be asked for by id; one declared in the configuration replaces one of the same id. */
export class Catalogue {
  readonly entries: readonly ModelEntry[];

  constructor(known: readonly CatalogueEntry[], declared: readonly DeclaredModel[]) {
    const replaced = new Set(declared.map(({ id }) => id));
    this.entries = [...known.filter(({ id }) => !replaced.has(id)), ...declared];
  }

  /** @throws SpotterError model.not_found (no such id), model.unfit (an embedder) */
  detector(id: string): DetectorEntry {
    const entry = this.#find(id, 'detector', ({ kind }) => kind !== 'arcface');
    if (entry.kind === 'arcface') throw wrongRole(entry, 'an embedder', 'detector');
    return entry;
  }

  /** @throws SpotterError model.not_found (no such id), model.unfit (a detector) */
  embedder(id: string): EmbedderEntry {
    const entry = this.#find(id, 'embedder', ({ kind }) => kind === 'arcface');
    if (entry.kind !== 'arcface') throw wrongRole(entry, 'a detector', 'embedder');
    return entry;
  }

  #find(id: string, role: string, fits: (entry: ModelEntry) => boolean): ModelEntry {
    const entry = this.entries.find((candidate) => candidate.id === id);
    if (entry) return entry;
    const ids = this.entries.filter(fits).map((candidate) => candidate.id);
    const guess = closest(id, ids);
    throw new SpotterError(
      'model.not_found',
      `${role} "${id}" is not in the catalogue; did you mean "${guess}"? (known: ${ids.join(', ')})`,
    );
  }
}

function wrongRole(entry: ModelEntry, is: string, wanted: string): SpotterError {
  return new SpotterError(
    'model.unfit',
    `model "${entry.id}" is ${is} and cannot be the ${wanted}; see "spotter models list"`,
  );
}
