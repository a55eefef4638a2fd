import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { json } from 'node:stream/consumers';
import type { Control } from '../supervisor/controlFile.js';

/** What a daemon answers. */
export interface DaemonAnswer {
  status: number;
  /** null for what is no JSON. */
  body: unknown;
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
): Promise<DaemonAnswer> {
  const options = { method, headers: { authorization: `Bearer ${token}` }, signal };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = address.startsWith('https:')
      ? requestTls(`${address}${route}`, { ...options, rejectUnauthorized: false }, resolve)
      : requestPlain(`${address}${route}`, options, resolve);
    sent.once('error', reject).end();
  });
  return { status: response.statusCode ?? 0, body: await json(response).catch(() => null) };
}
