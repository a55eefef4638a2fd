import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Config } from '../src/config/schema.js';
import { type ErrorData, throwIfInterrupted } from '../src/core/errors.js';
import { compiledFile } from '../src/core/package.js';
import type { PairFigures, PairMeasurement, PairTask } from './pairRun.js';

const ENTRY = compiledFile('bench/pairMain.js');

/** What the process of a pair reports once. */
export type PairMessage = { ok: true; figures: PairFigures } | { ok: false; error: ErrorData };

/** A detector and an embedder, by id. */
export interface NamedPair {
  detector: string;
  embedder: string;
}

/** A pair with its figures, or why there are none. */
export type MeasuredPairRow<P> = P &
  ({ figures: PairFigures; fault: null } | { figures: null; fault: string });

/** What to measure of which pairs. */
export interface PairsOptions<P extends NamedPair> extends PairMeasurement {
  pairs: readonly P[];
  config: Config;
  /** Value of --models. */
  modelFolder: string | undefined;
  signal: AbortSignal;
  /** Called before each pair. */
  onPair: (pair: P, index: number) => void;
  /** The compiled program of the process; set only where the sources run uncompiled. */
  entry?: URL;
}

/**
 * Measures pairs of models one after another, each in a process of its own.
 *
 * @throws SpotterError interrupted
 */
export async function measurePairs<P extends NamedPair>(
  options: PairsOptions<P>,
): Promise<MeasuredPairRow<P>[]> {
  const { pairs, config, modelFolder, signal, onPair, entry = ENTRY } = options;
  const { clip, seconds, face, people, draws, verification, identification } = options;
  const rows: MeasuredPairRow<P>[] = [];
  for (const [index, pair] of pairs.entries()) {
    onPair(pair, index);
    const { detector, embedder } = pair;
    const measurement = { clip, seconds, face, people, draws, verification, identification };
    const task = { config: { ...config, detector, embedder }, modelFolder, ...measurement };
    const message = await inProcess(task, signal, entry);
    throwIfInterrupted(signal);
    if (message?.ok) rows.push({ ...pair, figures: message.figures, fault: null });
    else
      rows.push({
        ...pair,
        figures: null,
        fault: message?.error.message ?? 'its process ended; check the memory',
      });
  }
  return rows;
}

/** @returns null when the process ended without a word */
async function inProcess(task: PairTask, signal: AbortSignal, entry: URL): Promise<PairMessage | null> {
  const child = fork(fileURLToPath(entry), [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const end = () => child.kill('SIGTERM');
  signal.addEventListener('abort', end, { once: true });
  let message: PairMessage | null = null;
  child.on('message', (received) => {
    message = received as PairMessage;
  });
  await new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
    // One that ends before it has read the task is reported by `close`.
    child.send(task, () => {});
  });
  signal.removeEventListener('abort', end);
  return message;
}
