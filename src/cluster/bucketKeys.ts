import type { Link } from './link.js';
import { within } from './within.js';

const TIMEOUT_MS = 5000;

/**
 * Keys of a bucket, deleted ones included, unlike those of the client, which waits for half a minute where entries were erased:
 * servers up to 2.9 count those as still to come.
 *
 * @param filter such as `person.*`
 * @throws an error of the client
 */
export async function keysOf({ manager }: Link, bucket: string, filter: string): Promise<string[]> {
  const prefix = `$KV.${bucket}.`;
  const info = manager.streams.info(`KV_${bucket}`, { subjects_filter: `${prefix}${filter}` });
  const subjects = (await within(TIMEOUT_MS, info))?.state.subjects ?? {};
  return Object.keys(subjects).map((subject) => subject.slice(prefix.length));
}
