import path from 'node:path';
import type { LoadedConfig } from '../config/load.js';
import { SpotterError } from '../core/errors.js';
import { readableStats } from '../core/folders.js';
import { EventLog } from '../events/log/eventLog.js';
import { LOG_FILE } from '../events/log/open.js';
import type { ListedDeadLetter } from '../events/sinks/port.js';
import { isClustered } from '../supervisor/clusterHost.js';
import { CLUSTER_FOLDER } from '../supervisor/forgetPerson.js';
import { LetterActions, type Resent } from '../supervisor/letterActions.js';
import { askDaemon } from './daemonClient.js';

/** The dead letters of a data folder, over a running daemon or directly. */
export interface LetterAccess {
  /** Newest first, numbers below `before`; null: from the newest. An empty page is the end. */
  page(before: number | null): Promise<ListedDeadLetter[]>;
  resend(number: number): Promise<Resent>;
  /** @returns whether there was one */
  drop(number: number): Promise<boolean>;
}

const PAGE = 500;
const ROUTE = '/api/v1/dead-letters';
/** The daemon removes old events, with their pictures; this command does not. */
const KEEP_ALL = { keepDays: 100_000, maxMb: 1e9 };

/**
 * Works on the dead letters: directly, unless a daemon holds the lock of the event log; then it asks the daemon.
 *
 * @param signal aborts an attempt that is being made
 * @param toResend the configuration with the secrets of webhooks, read only when this process sends
 * @throws SpotterError log.locked when the daemon cannot be asked; log.newer, log.unusable, log.unwritable
 */
export async function withLetters<T>(
  loaded: LoadedConfig,
  signal: AbortSignal,
  use: (letters: LetterAccess) => Promise<T>,
  toResend: () => LoadedConfig = () => loaded,
): Promise<T> {
  const { data } = loaded.config;
  const isShared = isClustered(loaded.config);
  const folder = isShared ? path.join(data, CLUSTER_FOLDER) : data;
  const file = path.join(folder, LOG_FILE);
  // A missing log is not created.
  if (readableStats(file, `the event log ${file}`) === null) return use(NONE);
  const log = new EventLog({
    folder,
    retention: () => KEEP_ALL,
    explain: () => loaded.config.events.explain,
    onReplaced: () => {},
    onRemoved: () => {},
    onFault: () => {},
  });
  try {
    await log.start();
  } catch (error) {
    if (!(error instanceof SpotterError) || error.code !== 'log.locked') throw error;
    return use(remote(data, signal));
  }
  const letters = new LetterActions({ log, loaded: toResend });
  const stop = () => void letters.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await use({
      page: async (before) => log.list(before, PAGE),
      resend: async (number) => (isShared ? refuseAlone() : letters.resend(number)),
      drop: async (number) => (isShared ? refuseAlone() : letters.drop(number)),
    });
  } finally {
    signal.removeEventListener('abort', stop);
    await letters.stop();
    await log.stop();
  }
}

const NONE: LetterAccess = {
  page: async () => [],
  resend: async () => ({ outcome: 'missing', reason: null }),
  drop: async () => false,
};

/** The letters of a cluster are those of all nodes. */
function refuseAlone(): never {
  throw new SpotterError(
    'log.unwritable',
    'dead letters of a cluster are sent again and dropped by a running daemon; start spotter run on this node first',
  );
}

function remote(data: string, signal: AbortSignal): LetterAccess {
  const ask = async <T>(method: 'GET' | 'POST' | 'DELETE', route: string) =>
    (await askDaemon(data, method, `${ROUTE}${route}`, signal)) as T;
  return {
    page: async (before) => {
      const from = before === null ? '' : `&before=${before}`;
      const { deadLetters } = await ask<{ deadLetters: ListedDeadLetter[] }>('GET', `?limit=${PAGE}${from}`);
      return deadLetters;
    },
    resend: (number) => ask<Resent>('POST', `/${number}`),
    drop: async (number) => (await ask<{ dropped: boolean }>('DELETE', `/${number}`)).dropped,
  };
}
