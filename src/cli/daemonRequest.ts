import { type IncomingHttpHeaders, type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { text as textOf } from 'node:stream/consumers';
import type { Control } from '../supervisor/controlFile.js';

/** What a daemon answers. */
export interface DaemonAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The text as JSON; null for what is none. */
  body: unknown;
}

/** What is sent with a request. */
export interface DaemonRequestBody {
  body: string;
  /** In lower case. */
  headers: Readonly<Record<string, string>>;
}

/**
 * Sends a request to the daemon of a control file. Its certificate is not checked: it is for the name under which others reach it,
 * and whoever could stand in the way on this machine could read the control file, too.
 *
 * @throws the system error when nobody answers, or the signal's reason
 */
export async function requestDaemon(
  { address, token }: Control,
  method: string,
  route: string,
  signal: AbortSignal,
  sent?: DaemonRequestBody,
): Promise<DaemonAnswer> {
  const headers = { ...sent?.headers, authorization: `Bearer ${token}` };
  const options = { method, headers, signal };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = address.startsWith('https:')
      ? requestTls(`${address}${route}`, { ...options, rejectUnauthorized: false }, resolve)
      : requestPlain(`${address}${route}`, options, resolve);
    request.once('error', reject).end(sent?.body);
  });
  const text = await textOf(response).catch(() => '');
  return { status: response.statusCode ?? 0, headers: response.headers, text, body: jsonOf(text) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
