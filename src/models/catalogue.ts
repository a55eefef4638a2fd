import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { SpotterError } from '../core/errors.js';
import { meantOrListed } from '../core/nearest.js';
import { packageRoot } from '../core/package.js';
import {
  type Archive,
  archive,
  type CatalogueEntry,
  catalogueEntry,
  type DeclaredModel,
  type DetectorEntry,
  type EmbedderEntry,
  type LandmarkEntry,
  landmarkEntry,
  type MeasuredPair,
  type ModelEntry,
  measuredPair,
  type Pack,
  pack,
} from './catalogueEntry.js';
import { readVariants, type UnusableVariant } from './variant.js';

const isDetector = (entry: ModelEntry): entry is DetectorEntry => entry.kind !== 'arcface';
const isEmbedder = (entry: ModelEntry): entry is EmbedderEntry => entry.kind === 'arcface';

const catalogueFile = z.strictObject({
  models: z.array(catalogueEntry),
  landmarks: landmarkEntry,
  packs: z.record(z.string(), pack),
  pairs: z.array(measuredPair),
  archives: z.array(archive),
});

/** What models/catalogue.yaml says beside the models themselves. */
export interface Distribution {
  /** By name. */
  packs: Readonly<Record<string, Pack>>;
  /** Those whose accuracy was measured. */
  pairs: readonly MeasuredPair[];
  archives: readonly Archive[];
}

/** Reads the models of models/catalogue.yaml; in the order of the file. @throws as {@link readCatalogueFile} does */
export function readCatalogue(): CatalogueEntry[] {
  return readCatalogueFile().models;
}

type CatalogueFile = Distribution & { models: CatalogueEntry[]; landmarks: LandmarkEntry };

/**
 * Reads models/catalogue.yaml: the models and how they are distributed.
 *
 * @param root folder of the package
 * @throws SpotterError model.unreadable
 */
export function readCatalogueFile(root = packageRoot): CatalogueFile {
  try {
    const text = catalogueText(root);
    return readParsed(text, root) ?? parseCatalogue(text);
  } catch (cause) {
    throw new SpotterError(
      'model.unreadable',
      `${path.join(root, CATALOGUE)}, which comes with spotter, is missing or damaged; install spotter again`,
      { cause },
    );
  }
}

/** The catalogue in a text in YAML. @throws when it is not valid */
export function parseCatalogue(text: string): CatalogueFile {
  return catalogueFile.parse(parse(text));
}

/** Writes the catalogue into dist/ as it is once parsed and checked, which takes 90 ms on a slow machine: the engine does it at every start. */
export function writeParsedCatalogue(): void {
  const text = catalogueText(packageRoot);
  writeFileSync(
    path.join(packageRoot, PARSED),
    JSON.stringify({ of: digest(text), content: parseCatalogue(text) }),
  );
}

const CATALOGUE = 'models/catalogue.yaml';
const PARSED = 'dist/src/catalogue.json';

/** What {@link writeParsedCatalogue} has written; null when it is not there or damaged, or is of another text. */
function readParsed(text: string, root: string): CatalogueFile | null {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path.join(root, PARSED), 'utf8'));
    const { of, content } = parsed as { of: string; content: CatalogueFile };
    return of === digest(text) ? content : null;
  } catch {
    return null;
  }
}

function catalogueText(root: string): string {
  return readFileSync(path.join(root, CATALOGUE), 'utf8');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * The catalogued models that a command line names by id or pack, each once, in the order given.
 *
 * @throws SpotterError model.not_found for an unknown name, with the nearest one
 */
export function namedModels(
  names: readonly string[],
  known: readonly CatalogueEntry[],
  { packs }: Pick<Distribution, 'packs'>,
): CatalogueEntry[] {
  const ids = names.flatMap((name) => {
    const found = Object.hasOwn(packs, name) ? packs[name] : null;
    return found ? [found.detector, found.embedder] : [name];
  });
  return [...new Set(ids)].map((id) => {
    const entry = known.find((candidate) => candidate.id === id);
    if (entry) return entry;
    throw unknown('model', id, [...known.map((candidate) => candidate.id), ...Object.keys(packs)]);
  });
}

function unknown(role: 'model' | 'detector' | 'embedder', id: string, ids: readonly string[]): SpotterError {
  if (id === readCatalogueFile().landmarks.id)
    return new SpotterError(
      'model.unfit',
      `model "${id}" comes with spotter for landmarks, and is neither chosen, quantized nor removed; name a detector or an embedder`,
    );
  return new SpotterError(
    'model.not_found',
    `${role} "${id}" is not in the catalogue; ${meantOrListed(id, ids)}`,
  );
}

/**
 * The models available by id. A model declared in the configuration replaces a catalogued one of the same id, and one made here of
 * the same id.
 */
export class Catalogue {
  /** Catalogued models first, then declared ones, then those made from them. */
  readonly entries: readonly ModelEntry[];
  /** What is left of models made here that cannot be used. */
  readonly unusable: readonly UnusableVariant[];

  /** @param folders searched for models made from others */
  constructor(
    known: readonly CatalogueEntry[],
    declared: readonly DeclaredModel[],
    folders: readonly string[] = [],
  ) {
    const replaced = new Set(declared.map(({ id }) => id));
    const originals = [...known.filter(({ id }) => !replaced.has(id)), ...declared];
    const ids = new Set(originals.map(({ id }) => id));
    const { usable, unusable } = readVariants(originals, folders);
    this.entries = [...originals, ...usable.filter(({ id }) => !ids.has(id))];
    this.unusable = unusable.filter(({ id }) => !ids.has(id));
  }

  /** The detector with this id. @throws SpotterError model.not_found (no such id), model.unfit (an embedder) */
  detector(id: string): DetectorEntry {
    return this.#find(id, 'detector', isDetector);
  }

  /** The embedder with this id. @throws SpotterError model.not_found (no such id), model.unfit (a detector) */
  embedder(id: string): EmbedderEntry {
    return this.#find(id, 'embedder', isEmbedder);
  }

  /** The model with this id. @throws SpotterError model.not_found */
  find(id: string): ModelEntry {
    const entry = this.entries.find((candidate) => candidate.id === id);
    if (entry) return entry;
    this.#refuseUnusable(id);
    throw unknown(
      'model',
      id,
      this.entries.map((candidate) => candidate.id),
    );
  }

  #find<Entry extends ModelEntry>(
    id: string,
    role: 'detector' | 'embedder',
    fits: (entry: ModelEntry) => entry is Entry,
  ): Entry {
    const entry = this.entries.find((candidate) => candidate.id === id);
    if (entry && fits(entry)) return entry;
    if (entry) {
      const is = role === 'detector' ? 'an embedder' : 'a detector';
      throw new SpotterError(
        'model.unfit',
        `model "${id}" is ${is} and cannot be the ${role}; see "spotter models list"`,
      );
    }
    this.#refuseUnusable(id);
    throw unknown(
      role,
      id,
      this.entries.filter(fits).map((candidate) => candidate.id),
    );
  }

  #refuseUnusable(id: string): void {
    const found = this.unusable.find((one) => one.id === id);
    if (found) throw new SpotterError('model.unfit', found.why);
  }
}
