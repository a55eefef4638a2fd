import type { Address } from '../core/address.js';

const LIMIT_MS = 2000;

/**
 * What an HTTP server says it sends, for telling a web page from a broken stream once ffmpeg has made nothing of it.
 * Never rejects; null when there is no answer in 2 s.
 *
 * @param signal ends it early
 */
export async function contentTypeOf({ kind, input }: Address, signal: AbortSignal): Promise<string | null> {
  if (kind !== 'http' && kind !== 'https') return null;
  try {
    const url = new URL(input);
    const login = [url.username, url.password].map(decodeURIComponent).join(':');
    url.username = '';
    url.password = '';
    const headers = login === ':' ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
    const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
    const answer = await fetch(url, { headers, signal: limit });
    await answer.body?.cancel();
    return answer.headers.get('content-type');
  } catch {
    return null;
  }
}
