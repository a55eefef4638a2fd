import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 2000;

/**
 * Reads something that may not be there yet, every two seconds until it is.
 *
 * @param isAway whether an error means that it is not there
 * @param onWait called with the first such error
 * @returns null when aborted before
 * @throws the other errors of `read`
 */
export async function untilThere<T>(
  read: () => Promise<T>,
  isAway: (error: unknown) => error is Error,
  onWait: (why: string) => void,
  signal: AbortSignal | undefined,
  everyMs = EVERY_MS,
): Promise<T | null> {
  for (let isFirst = true; !signal?.aborted; isFirst = false) {
    try {
      return await read();
    } catch (error) {
      if (!isAway(error)) throw error;
      if (isFirst) onWait(error.message);
    }
    await sleep(everyMs, undefined, signal && { signal }).catch(() => {});
  }
  return null;
}
