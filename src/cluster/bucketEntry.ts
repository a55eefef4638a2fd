import type { KV, KvEntry } from '@nats-io/kv';
import { within } from './within.js';

const TIMEOUT_MS = 5000;

/**
 * The entry of a key; null when there is none, or it has been deleted.
 *
 * @throws an error of the client, or one that says that there is no answer in time
 */
export async function entryOf(
  bucket: Pick<KV, 'get'>,
  key: string,
  timeoutMs = TIMEOUT_MS,
): Promise<KvEntry | null> {
  const found = await within(timeoutMs, bucket.get(key));
  return found?.operation === 'PUT' ? found : null;
}
