import { createLogger } from '../observe/logger.js';
import { Supervisor } from '../supervisor.js';
import type { Context } from './context.js';
import { type CommonOptions, configOf } from './options.js';
import { eventLine, printJson } from './print.js';

export interface RunOptions extends CommonOptions {
  events?: 'pretty' | 'json' | 'off';
  untilEnd?: boolean;
}

/** The daemon. */
export async function run({ signal }: Context, options: RunOptions): Promise<number> {
  const loaded = configOf(options);
  const form = options.events ?? (process.stdout.isTTY ? 'pretty' : 'json');
  const logger = createLogger(loaded.config.log.level, process.stderr.isTTY || form === 'pretty');
  const supervisor = new Supervisor({
    loaded,
    modelFolder: options.models,
    logger,
    onEvent: (event) => {
      if (form === 'pretty') process.stdout.write(`${eventLine(event)}\n`);
      else if (form === 'json') printJson(event);
    },
    onReady: (address) => {
      const { cameras } = loaded.config;
      if (cameras.length === 0)
        logger.warn('no cameras are configured; add one under "cameras:" in config.yaml');
      logger.info(`watching ${cameras.length} camera(s)`);
      logger.info(`events ${address.replace('http', 'ws')}/ws  metrics ${address}/metrics`);
    },
  });
  await supervisor.run(signal, options.untilEnd === true);
  return 0;
}
