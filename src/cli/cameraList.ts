import { CONNECTIONS } from '../config/unusedSections.js';
import { shown } from './cameraTrials.js';
import type { Context } from './context.js';
import { runningDaemon } from './daemonClient.js';
import { type CommonOptions, incompleteConfigOf } from './options.js';
import { printJson, printLines } from './print.js';

/** `spotter camera list`: the configured cameras, with their states while the daemon runs. */
export async function list(
  { signal }: Context,
  options: CommonOptions & { json?: boolean },
): Promise<number> {
  const { config, secrets } = incompleteConfigOf(options, CONNECTIONS);
  const daemon = await runningDaemon(config.data, signal);
  const rows = config.cameras.map(({ id, url, transport, fps }) => {
    const running = daemon?.cameras.get(id);
    return {
      id,
      url: shown(url, secrets),
      transport: /^rtsps?:/i.test(url) ? transport : null,
      fps,
      state: running?.state ?? null,
      message: running?.message ?? null,
    };
  });
  if (options.json) {
    printJson({ running: daemon !== null, cameras: rows });
    return 0;
  }
  const width = Math.max(0, ...rows.map(({ id }) => id.length));
  const lines = rows.flatMap(({ id, url, state, message }) => {
    const suffix = state === null ? '' : `  ${state}`;
    const line = `${id.padEnd(width)}  ${url}${suffix}`;
    return message === null ? [line] : [line, `${' '.repeat(width)}  ${message}`];
  });
  printLines(rows.length > 0 ? lines : ['no cameras configured; add one with "spotter camera add URL"']);
  return 0;
}
