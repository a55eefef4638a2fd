import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import path from 'node:path';
import { stringify } from 'yaml';
import { schema } from '../config/schema.js';
import { packageRoot, pageFolder } from '../core/package.js';
import type { Context } from './context.js';
import { freePort } from './freePort.js';
import { CONFIG_NAME } from './home.js';
import { firstSteps } from './nextSteps.js';
import { type CommonOptions, configOf } from './options.js';
import { printError, printToStderr } from './print.js';
import { runDaemon } from './run.js';
import { temporaryFolder } from './temporaryFolder.js';

const ASSETS = path.join(packageRoot, 'assets/demo');

/**
 * `spotter demo`: the daemon on a clip with one known and one unknown person, in a temporary folder that goes with it. Listens
 * on the next free port when the wanted one is in use. Plays the clip again and again while the page is open, else once.
 *
 * @returns the exit code of {@link runDaemon}
 * @throws SpotterError of run; http.port when no port is free
 */
export async function demo(context: Context, options: CommonOptions): Promise<number> {
  const folder = temporaryFolder('demo');
  try {
    return await demoIn(folder, context, options);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function demoIn(folder: string, context: Context, options: CommonOptions): Promise<number> {
  const defaults = schema.parse({}).http;
  const { host = defaults.host, port: wanted = defaults.port } = options;
  const port = await freePort(host, wanted);
  const config = path.join(folder, CONFIG_NAME);
  const cameras = [{ id: 'demo', url: path.join(ASSETS, 'clip.mp4'), realtime: true }];
  cpSync(path.join(ASSETS, 'gallery'), path.join(folder, 'gallery'), { recursive: true });
  // Nobody's data, and nothing of it is kept.
  writeFileSync(config, stringify({ cameras, auth: { required: 'never' } }));
  if (port !== wanted) printError(`port ${wanted} is in use; using ${port}`);
  if (pageFolder !== null && !options.quiet)
    printToStderr(
      `open http://${shownHost(host)}:${port}/ in a browser; the clip starts over while it is open`,
    );
  const ofDemo = {
    ...options,
    host,
    port,
    config,
    events: 'pretty',
    untilEnd: true,
    replayForClients: true,
  } as const;
  const code = await runDaemon(context, configOf(ofDemo), ofDemo);
  if (code === 0 && !options.quiet)
    for (const line of ['', 'That was the demo. Nothing of it is kept.', '', ...firstSteps('~/faces')])
      printToStderr(line);
  return code;
}

/** A host as a browser on this machine reaches it. */
function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return isIPv6(host) ? `[${host}]` : host;
}
