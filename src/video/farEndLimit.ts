/**
 * Lets a question to a server take so long at most. The timer is our own: garbage collection takes an AbortSignal.timeout that only
 * AbortSignal.any refers to (Node 20).
 *
 * @param signal aborts the question, too
 * @param ask its signal aborts at the limit
 */
export async function withinLimit<T>(
  limitMs: number,
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const abort = () => limit.abort();
  const timer = setTimeout(abort, limitMs);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await ask(limit.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
