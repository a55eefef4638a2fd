import { NOT_CAMERAS } from '../config/unusedSections.js';
import { shown } from './cameraTrials.js';
import type { Context } from './context.js';
import { daemonCameras } from './daemonClient.js';
import { type CommonOptions, configOf } from './options.js';
import { printJson, printLines } from './print.js';

/** `spotter camera list`: the configured cameras, with their states while the daemon runs. */
export async function list(
  { signal }: Context,
  options: CommonOptions & { json?: boolean },
): Promise<number> {
  const { config, secrets } = configOf(options, NOT_CAMERAS);
  const states = await daemonCameras(config.data, signal);
  const rows = config.cameras.map(({ id, url, transport, fps }) => {
    const running = states?.get(id);
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
    printJson({ running: states !== null, cameras: rows });
    return 0;
  }
  const width = Math.max(0, ...rows.map(({ id }) => id.length));
  const lines = rows.flatMap(({ id, url, state, message }) => {
    const suffix = state === null ? '' : `  ${state.replaceAll('_', ' ')}`;
    const line = `${id.padEnd(width)}  ${url}${suffix}`;
    return message === null ? [line] : [line, `${' '.repeat(width)}  ${message}`];
  });
  printLines(rows.length > 0 ? lines : ['no cameras configured; add one with "spotter camera add URL"']);
  return 0;
}
