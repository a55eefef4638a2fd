import type { Address } from '../core/address.js';

/**
 * Content type that an HTTP server reports, to tell a web page from a broken stream when ffmpeg cannot decode it. Never
 * rejects; null without an answer, and for other kinds of address.
 *
 * @param signal aborts the request
 */
export async function contentTypeOf({ kind, input }: Address, signal: AbortSignal): Promise<string | null> {
  if (kind !== 'http' && kind !== 'https') return null;
  try {
    const url = new URL(input);
    const login = [url.username, url.password].map(decodeURIComponent).join(':');
    url.username = '';
    url.password = '';
    const headers = login === ':' ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
    const answer = await fetch(url, { headers, signal });
    await answer.body?.cancel();
    return answer.headers.get('content-type');
  } catch {
    return null;
  }
}
