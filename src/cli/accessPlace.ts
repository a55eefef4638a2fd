import { AccessFile, type AccessStore } from '../auth/accessFile.js';
import { type Config, schema } from '../config/schema.js';
import type { Section } from '../config/unusedSections.js';
import { SpotterError } from '../core/errors.js';
import { meantOrListed } from '../core/nearest.js';
import { type CommonOptions, incompleteConfigOf } from './options.js';

/** Of these, at most the ids of cameras are read, and no secret. */
const UNUSED = (Object.keys(schema.shape) as Section[]).filter((section) => section !== 'data');

/**
 * Works with the users and tokens of the data folder, whether a daemon uses it or not.
 *
 * @param cameras ids that must be configured
 * @throws SpotterError usage, access.newer, access.unusable, and of the configuration
 */
export async function withAccess<T>(
  options: CommonOptions,
  cameras: readonly string[] | undefined,
  work: (store: AccessStore, config: Config) => T,
): Promise<T> {
  const { config } = incompleteConfigOf(options, UNUSED);
  const known = config.cameras.map(({ id }) => id);
  for (const id of cameras ?? []) requireCamera(id, known);
  const file = new AccessFile(config.data);
  await file.start();
  try {
    return file.use((store) => work(store, config));
  } finally {
    await file.stop();
  }
}

/** Cameras as a column of a table has them. */
export function camerasText(cameras: readonly string[] | null): string {
  return cameras === null ? 'all cameras' : cameras.join(',');
}

function requireCamera(id: string, known: readonly string[]): void {
  if (known.includes(id)) return;
  const remedy = known.length === 0 ? 'add it to the configuration first' : meantOrListed(id, known);
  throw new SpotterError('usage', `no camera "${id}" is configured; ${remedy}`);
}
