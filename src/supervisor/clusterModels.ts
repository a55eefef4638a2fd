import type { Models } from '../cluster/modelAgreement.js';
import type { Config } from '../config/schema.js';
import { Catalogue, readCatalogue } from '../models/catalogue.js';
import { requireModel } from '../models/install.js';
import { modelFolders } from '../models/prepare.js';

/**
 * The models of this node, as other nodes compare them.
 *
 * @param modelFolder value of --models
 * @throws SpotterError model.not_found, model.hash_mismatch, model.unreadable, model.unfit
 */
export async function modelsOf(config: Config, modelFolder?: string): Promise<Models> {
  const folders = modelFolders(config, modelFolder);
  const catalogue = new Catalogue(readCatalogue(), config.models.declared, folders);
  const entry = catalogue.embedder(config.embedder);
  // A declared model may have any name, and one of the catalogue may differ between versions of spotter: what it is, its files say.
  const { checked, data } = await requireModel(entry, folders);
  const hashes = [checked, ...data.map((file) => file.checked)].map(({ sha256 }) => sha256);
  return { detector: config.detector, embedder: entry.id, embedderKey: hashes.join() };
}
