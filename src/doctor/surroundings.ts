import type { Config } from '../config/schema.js';
import { checkProvider } from './computeCheck.js';
import { checkData, checkGallery, checkModels } from './fileChecks.js';
import type { Finding } from './finding.js';
import { checkPort } from './networkChecks.js';
import { checkPeople } from './peopleCheck.js';
import { checkSource } from './sourceCheck.js';

/**
 * Looks at what a configuration names on this machine, for `config check`: recordings and devices, gallery, models, the data folder,
 * people and the port. Changes nothing and connects to nothing.
 *
 * @param modelFolder value of --models
 * @param daemon address of the daemon that uses the data folder; null: none runs
 */
export async function checkSurroundings(
  config: Config,
  modelFolder: string | undefined,
  daemon: string | null,
): Promise<Finding[]> {
  return [
    ...config.cameras.flatMap((camera, index) => checkSource(camera, index) ?? []),
    await checkGallery(config.gallery.folder),
    ...(await checkModels(config, modelFolder)),
    checkProvider(config),
    checkData(config.data),
    ...(await checkPeople(config)),
    await checkPort(config, daemon),
  ];
}
