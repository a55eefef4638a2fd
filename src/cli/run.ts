import { watchConfig } from '../config/configWatch.js';
import type { LoadedConfig } from '../config/load.js';
import { pageFolder } from '../core/package.js';
import { plural } from '../core/plural.js';
import { logOutput } from '../observe/lineOutput.js';
import { createLogger } from '../observe/logger.js';
import { ServiceManager } from '../supervisor/serviceManager.js';
import { Supervisor } from '../supervisor/supervisor.js';
import type { Context } from './context.js';
import { endWithin } from './deadline.js';
import type { Shown } from './eventLines.js';
import { type EventForm, EventOutput } from './eventOutput.js';
import { type CommonOptions, configOf } from './options.js';
import { offerSetup } from './setupOffer.js';

/** Longest wait for the reader of the log at the end, ms. */
const LOG_DRAIN_MS = 500;

/** Options of `spotter run`. */
export interface RunOptions extends CommonOptions {
  /** Default: pretty on a terminal, else json. */
  events?: EventForm;
  /** Which events readable lines are for; default: all. */
  quietEvents?: Shown;
  /** Exit once every camera has ended. */
  untilEnd?: boolean;
  /** Start over recordings that have ended while the page is open. */
  replayForClients?: boolean;
}

/** An orderly end takes at most 5 s; container engines kill after 10 s. */
const END_MS = 9000;

/**
 * `spotter run`: the daemon.
 *
 * @returns 0 ended in order, 2 with `untilEnd` if a recording failed
 * @throws SpotterError of {@link Supervisor.run}; engine.died when no engine has worked for minutes
 */
export async function run(context: Context, options: RunOptions): Promise<number> {
  const first = configOf(options);
  // A pipe can be read once only.
  const loaded = (await offerSetup(first, options, context.signal)) ? configOf(options) : first;
  return runDaemon(context, loaded, options);
}

/** {@link run} with a configuration that is loaded, and without a question. */
export async function runDaemon(
  { signal, outliveOutput }: Context,
  loaded: LoadedConfig,
  options: RunOptions,
): Promise<number> {
  const form = options.events ?? (process.stdout.isTTY ? 'pretty' : 'json');
  outliveOutput();
  const log = logOutput();
  const logger = createLogger(loaded.config.log.level, process.stderr.isTTY || form === 'pretty', log);
  const output = new EventOutput(form, options.quietEvents ?? 'all', logger);
  const service = new ServiceManager(process.env, (sentence) => logger.warn(sentence));
  const failure = new AbortController();
  const ending = AbortSignal.any([signal, failure.signal]);
  ending.addEventListener('abort', () => service.stopping(), { once: true });
  let isReady = false;
  const supervisor = new Supervisor({
    loaded,
    // Names the file: if it is missing for a moment, the defaults must not replace it.
    reload: () => configOf(loaded.file === null ? options : { ...options, config: loaded.file }),
    modelFolder: options.models,
    logger,
    lostLines: () => ({ stdout: output.lost, stderr: log.lost }),
    replayForClients: options.replayForClients,
    onEvent: (event, context) => output.write(event, context),
    onFailure: (error) => failure.abort(error),
    onReady: (address) => {
      const { cameras } = loaded.config;
      if (pageFolder !== null) logger.info(`page ${address}/`);
      if (cameras.length === 0) logger.warn(`no cameras configured; add one with "spotter camera add URL"`);
      service.ready(`watching ${plural(cameras.length, 'camera')}`);
      logger.info(`watching ${plural(cameras.length, 'camera')}`);
      logger.info(`events ${address.replace('http', 'ws')}/ws  metrics ${address}/metrics`);
      logger.info('ready');
      isReady = true;
    },
  });
  if (process.pid === 1)
    logger.warn('spotter is process 1 and cannot collect ended decoders; use an init (docker run --init)');
  endWithin(END_MS, ending, () => {
    logger.error(`spotter has not ended in order within ${END_MS / 1000} s; ending it now`);
    supervisor.kill();
  });
  const reload = () => void supervisor.reload();
  const watch = loaded.file === null ? null : watchConfig(loaded.file, reload);
  const onHangup = () => {
    watch?.skip();
    reload();
  };
  process.on('SIGHUP', onHangup);
  try {
    const good = await supervisor.run(ending, options.untilEnd === true);
    failure.signal.throwIfAborted();
    return good || signal.aborted ? 0 : 2;
  } finally {
    service.stopping();
    watch?.end();
    process.off('SIGHUP', onHangup);
    await service.stop();
    if (isReady) logger.info('stopped');
    await output.stop();
    await log.end(LOG_DRAIN_MS);
  }
}
