import { Catalogue, readCatalogue } from './catalogue.js';
import { staleReason } from './install.js';
import { type ModelSettings, modelFolders } from './prepare.js';
import { isVariant, type VariantRecord } from './variant.js';

/** A variant that may be used here, and how quick it is. */
export interface UsableVariant {
  id: string;
  /** Id of the float model. */
  from: string;
  role: 'detector' | 'embedder';
  /** Median of one run on one thread, when it was made, ms. */
  speed: VariantRecord['speed'];
  /** Whether it was quicker than the float model then, and on a processor of this name. */
  isQuicker: boolean;
}

/**
 * The variants that were made here and are not stale.
 *
 * @param cpu name of this machine's processor
 * @throws SpotterError model.unreadable
 */
export async function usableVariants(
  config: Pick<ModelSettings, 'models'>,
  modelFolder: string | undefined,
  cpu: string,
): Promise<UsableVariant[]> {
  const folders = modelFolders(config, modelFolder);
  const catalogue = new Catalogue(readCatalogue(), config.models.declared, folders);
  const usable: UsableVariant[] = [];
  for (const entry of catalogue.entries) {
    if (!isVariant(entry) || (await staleReason(entry, catalogue, folders)) !== null) continue;
    const { id, variant } = entry;
    const { from, speed } = variant;
    usable.push({
      id,
      from: from.id,
      role: entry.kind === 'arcface' ? 'embedder' : 'detector',
      speed,
      isQuicker: speed.int8Ms < speed.floatMs && variant.cpu.model === cpu,
    });
  }
  return usable;
}
