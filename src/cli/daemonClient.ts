import { describeError, SpotterError } from '../core/errors.js';
import { readControl } from '../supervisor/controlFile.js';
import { type DaemonAnswer, requestDaemon } from './daemonRequest.js';

/**
 * Sends a request to the daemon that uses a data folder, with the address and the token of its control file.
 *
 * @param route such as /api/v1/dead-letters
 * @returns the JSON of the response
 * @throws SpotterError log.locked when the daemon does not answer or refuses, gallery.unwritable
 */
export async function askDaemon(
  data: string,
  method: 'GET' | 'POST' | 'DELETE',
  route: string,
  signal: AbortSignal,
): Promise<unknown> {
  const refused = (why: string) =>
    new SpotterError('log.locked', `a daemon is using ${data}, ${why}; stop it and try again`);
  const control = readControl(data);
  if (!control) throw refused('but control.json there is missing or invalid');
  let answer: DaemonAnswer;
  try {
    answer = await requestDaemon(control, method, route, signal);
  } catch (cause) {
    throw refused(`but does not answer at ${control.address} (${describeError(cause)})`);
  }
  const { status, body } = answer;
  if (status >= 200 && status < 300) return body;
  const { error = `status ${status}` } = (body ?? {}) as { error?: string };
  if (status === 409) throw new SpotterError('gallery.unwritable', error);
  throw refused(`but ${control.address} rejects the request (${error})`);
}

/** Longest wait for a daemon on this machine, ms. */
const ANSWER_MS = 2000;

/** State of a camera in a running daemon. */
export interface RunningCamera {
  state: string;
  /** Why it is not live; else null. */
  message: string | null;
}

/** A running daemon. */
export interface RunningDaemon {
  /** URL of its HTTP server. */
  address: string;
  /** By id. */
  cameras: ReadonlyMap<string, RunningCamera>;
}

/** The daemon that uses a data folder; null when none answers. */
export function runningDaemon(data: string, signal: AbortSignal): Promise<RunningDaemon | null> {
  return ifRunning(data, '/api/v1/cameras', signal, (body, address) => {
    const { cameras } = body as { cameras: ({ id: string } & RunningCamera)[] };
    return { address, cameras: new Map(cameras.map(({ id, state, message }) => [id, { state, message }])) };
  });
}

/**
 * Asks the daemon that uses a data folder, if there is one.
 *
 * @param read takes what it needs of the answer; what it throws means that the answer is of no use
 * @returns null when no daemon gives a useful answer in time
 */
export async function ifRunning<T>(
  data: string,
  route: string,
  signal: AbortSignal,
  read: (body: unknown, address: string) => T,
): Promise<T | null> {
  const control = readControl(data);
  if (!control) return null;
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    const { body } = await requestDaemon(control, 'GET', route, limit);
    return read(body, control.address);
  } catch {
    // A killed daemon leaves its control file behind.
    return null;
  }
}
