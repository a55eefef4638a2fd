import type { Models } from '../cluster/modelAgreement.js';
import type { Config } from '../config/schema.js';
import { Catalogue, readCatalogue } from '../models/catalogue.js';
import { modelFolders } from '../models/prepare.js';

/**
 * The models of this node, as other nodes compare them.
 *
 * @param modelFolder value of --models
 * @throws SpotterError model.not_found, model.unfit
 */
export function modelsOf(config: Config, modelFolder?: string): Models {
  const catalogue = new Catalogue(readCatalogue(), config.models.declared, modelFolders(config, modelFolder));
  const entry = catalogue.embedder(config.embedder);
  const { id } = entry;
  // A declared model may have any name, and one of the catalogue may differ between versions of spotter: what it is, its files say.
  const hashes = 'files' in entry ? entry.files.map(({ sha256 }) => sha256) : [entry.sha256 ?? id];
  return { detector: config.detector, embedder: id, embedderKey: hashes.join() };
}
