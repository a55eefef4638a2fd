import { describeError, SpotterError } from '../core/errors.js';
import { readControl } from '../supervisor/controlFile.js';
import { type DaemonAnswer, requestDaemon } from './daemonRequest.js';

const ROUTE = '/api/v1/cluster/config';

/** The cameras that all nodes share. */
export interface SharedText {
  text: string;
  revision: number;
}

/**
 * The cameras that all nodes share, from the daemon that uses a data folder.
 *
 * @throws SpotterError cluster.unreachable when no daemon answers; usage with what the daemon says
 */
export async function readShared(data: string, signal: AbortSignal): Promise<SharedText> {
  const { text, etag } = await ask(data, signal, 'GET');
  return { text, revision: Number(etag.replaceAll('"', '')) };
}

/**
 * Replaces them. @param revision the one that is replaced; null: whichever there is
 *
 * @returns the new revision
 * @throws SpotterError as {@link readShared}; config.changed when there is a newer one, config.invalid
 */
export async function writeShared(
  data: string,
  { text, revision }: { text: string; revision: number | null },
  signal: AbortSignal,
): Promise<number> {
  const match: Record<string, string> = revision === null ? {} : { 'if-match': `"${revision}"` };
  const headers = { 'content-type': 'text/yaml', ...match };
  const { etag } = await ask(data, signal, 'PUT', { body: text, headers });
  return Number(etag.replaceAll('"', ''));
}

async function ask(
  data: string,
  signal: AbortSignal,
  method: string,
  more?: { body: string; headers: Record<string, string> },
): Promise<{ text: string; etag: string }> {
  const control = readControl(data);
  const start = 'the shared cameras are read and changed through a running node; start it with "spotter run"';
  if (!control) throw new SpotterError('cluster.unreachable', `no daemon uses ${data}; ${start}`);
  let answer: DaemonAnswer;
  try {
    answer = await requestDaemon(control, method, ROUTE, signal, more);
  } catch (cause) {
    const why = `${control.address} does not answer (${describeError(cause)})`;
    throw new SpotterError('cluster.unreachable', `${why}; ${start}`, { cause });
  }
  const { status, text, body, headers } = answer;
  if (status === 200) return { text, etag: String(headers.etag ?? '') };
  const { error = `status ${status}` } = (body ?? {}) as { error?: string };
  const codes = { 412: 'config.changed', 422: 'config.invalid', 503: 'cluster.unreachable' } as const;
  throw new SpotterError(codes[status as keyof typeof codes] ?? 'usage', error);
}
