import { watchConfig } from '../config/configWatch.js';
import { logOutput } from '../observe/lineOutput.js';
import { createLogger } from '../observe/logger.js';
import { Supervisor } from '../supervisor/supervisor.js';
import type { Context } from './context.js';
import { type EventForm, EventOutput } from './eventOutput.js';
import { type CommonOptions, configOf } from './options.js';

/** Longest wait for the reader of the log at the end, ms. */
const LOG_DRAIN_MS = 500;

/** Options of `spotter run`. */
export interface RunOptions extends CommonOptions {
  /** Default: pretty on a terminal, else json. */
  events?: EventForm;
  /** Exit once every camera has ended. */
  untilEnd?: boolean;
}

/** `spotter run`: the daemon. @returns 0 ended in order, 2 with `untilEnd` if a recording failed */
export async function run({ signal, outliveOutput }: Context, options: RunOptions): Promise<number> {
  const loaded = configOf(options);
  const form = options.events ?? (process.stdout.isTTY ? 'pretty' : 'json');
  outliveOutput();
  const log = logOutput();
  const logger = createLogger(loaded.config.log.level, process.stderr.isTTY || form === 'pretty', log);
  const output = new EventOutput(form, logger);
  const supervisor = new Supervisor({
    loaded,
    // Names the file: if it is missing for a moment, the defaults must not replace it.
    reload: () => configOf(loaded.file === null ? options : { ...options, config: loaded.file }),
    modelFolder: options.models,
    logger,
    lostLines: () => ({ stdout: output.lost, stderr: log.lost }),
    onEvent: (event) => output.write(event),
    onReady: (address) => {
      const { cameras } = loaded.config;
      if (cameras.length === 0) logger.warn('no cameras configured; add one under "cameras:" in config.yaml');
      logger.info(`watching ${cameras.length} camera(s)`);
      logger.info(`events ${address.replace('http', 'ws')}/ws  metrics ${address}/metrics`);
    },
  });
  const reload = () => void supervisor.reload();
  process.on('SIGHUP', reload);
  const unwatch = loaded.file === null ? () => {} : watchConfig(loaded.file, reload);
  try {
    const good = await supervisor.run(signal, options.untilEnd === true);
    return good || signal.aborted ? 0 : 2;
  } finally {
    unwatch();
    process.off('SIGHUP', reload);
    await output.stop();
    await log.end(LOG_DRAIN_MS);
  }
}
