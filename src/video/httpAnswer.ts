import type { Address } from '../core/address.js';

/** What an HTTP server answers. */
export interface HttpAnswer {
  contentType: string | null;
  /** Where it redirects to and ffmpeg does not follow: `endless`, or a kind of address such as `rtsp:`; null for nowhere. */
  redirect: string | null;
}

/** No answer. */
export const NO_ANSWER: HttpAnswer = { contentType: null, redirect: null };

/** Of a kind of address, in messages. */
const MOST_CHARACTERS = 20;
/** ffmpeg follows 8. */
const MOST_REDIRECTS = 10;

/**
 * Asks an HTTP server what it sends, to tell a web page or a wrong redirect from a broken stream when ffmpeg cannot decode it. Never
 * rejects; {@link NO_ANSWER} without one, and for other kinds of address.
 *
 * @param signal aborts the request
 */
export async function httpAnswerOf({ kind, input }: Address, signal: AbortSignal): Promise<HttpAnswer> {
  if (kind !== 'http' && kind !== 'https') return NO_ANSWER;
  try {
    let url = new URL(input);
    const login = [url.username, url.password].map(decodeURIComponent).join(':');
    const { origin } = url;
    const authorization = `Basic ${Buffer.from(login).toString('base64')}`;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const { protocol } = url;
      if (!/^https?:$/.test(protocol)) return { contentType: null, redirect: shortened(protocol) };
      url.username = '';
      url.password = '';
      // The login is for this server alone.
      const headers = login === ':' || url.origin !== origin ? {} : { authorization };
      const answer = await fetch(url, { headers, signal, redirect: 'manual' });
      await answer.body?.cancel();
      const location = answer.status >= 300 && answer.status < 400 ? answer.headers.get('location') : null;
      if (location === null) return { contentType: answer.headers.get('content-type'), redirect: null };
      url = new URL(location, url);
    }
    return { contentType: null, redirect: 'endless' };
  } catch {
    return NO_ANSWER;
  }
}

/** A kind of address, for messages: a server may send any text as one. */
function shortened(protocol: string): string {
  return protocol.length > MOST_CHARACTERS ? `${protocol.slice(0, MOST_CHARACTERS)}…` : protocol;
}
