import { CONNECTIONS } from '../config/unusedSections.js';
import { describeError, SpotterError } from '../core/errors.js';
import { readControl } from '../supervisor/controlFile.js';
import type { Context } from './context.js';
import { requestDaemon } from './daemonRequest.js';
import { type CommonOptions, incompleteConfigOf } from './options.js';
import { printJson, printLine } from './print.js';

/**
 * `spotter cluster remove`: takes a node off the cluster, through the daemon.
 *
 * @throws SpotterError cluster.unreachable when no daemon answers; cluster.other, usage with what the daemon says
 */
export async function remove(
  { signal }: Context,
  node: string,
  options: CommonOptions & { json?: boolean },
): Promise<number> {
  const { data } = incompleteConfigOf(options, CONNECTIONS).config;
  const control = readControl(data);
  const start = 'a node is removed through a running one; start it with "spotter run"';
  if (!control) throw new SpotterError('cluster.unreachable', `no daemon uses ${data}; ${start}`);
  const route = `/api/v1/cluster/nodes/${encodeURIComponent(node)}`;
  const { status, body } = await requestDaemon(control, 'DELETE', route, signal).catch((cause) => {
    const why = `${control.address} does not answer (${describeError(cause)})`;
    throw new SpotterError('cluster.unreachable', `${why}; ${start}`, { cause });
  });
  if (status !== 200) {
    const { error = `status ${status}` } = (body ?? {}) as { error?: string };
    const codes = { 409: 'cluster.other', 503: 'cluster.unreachable' } as const;
    throw new SpotterError(codes[status as keyof typeof codes] ?? 'usage', error);
  }
  if (options.json) printJson(body);
  else printLine(`node ${node} is off the cluster; nothing waits for it any more`);
  return 0;
}
