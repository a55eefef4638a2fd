import { SpotterError } from '../core/errors.js';
import type { WorkerSettings } from './protocol.js';

/** The networks of a thread, in the order in which it loads them. */
export const LOADED_NETWORKS = ['detector', 'embedder', 'landmark', 'matching'] as const;
const TICK_MS = 1000;

/** A network did not finish: its thread cannot be ended. */
export class NetworkStalled extends SpotterError {}

/** How many threads have loaded each of {@link LOADED_NETWORKS}: shared by all threads, since one inside a network cannot answer. */
export type LoadCounts = Int32Array;

export function loadCounts(): LoadCounts {
  return new Int32Array(new SharedArrayBuffer(LOADED_NETWORKS.length * Int32Array.BYTES_PER_ELEMENT));
}

/**
 * Waits for threads that load their networks, as long as one of them finishes a network now and then. The time is measured in
 * our own ticks, so that a pause of the whole machine is not taken for a hang.
 *
 * @param limitMs longest time without progress
 * @param tickMs set only by tests
 * @throws SpotterError model.unfit, naming the network that does not finish; whatever `loading` throws
 */
export async function untilLoaded<T>(
  loading: Promise<T>,
  counts: LoadCounts,
  threads: number,
  settings: WorkerSettings,
  limitMs: number,
  tickMs = TICK_MS,
): Promise<T> {
  const done = () => LOADED_NETWORKS.map((_, index) => Atomics.load(counts, index));
  const hung = () => {
    const index = done().findIndex((count) => count < threads);
    const network = LOADED_NETWORKS[index] ?? 'matching';
    const isChosen = network === 'detector' || network === 'embedder';
    const what = isChosen ? modelName(network, settings) : `the ${network} network`;
    return notFinished(`${what} has not been loaded and run once`, limitMs);
  };
  return withoutStall(loading, () => done().join(), hung, limitMs, tickMs);
}

/** Waits for a run of a loaded network. @throws SpotterError model.unfit when it takes longer than `limitMs` */
export function untilRun<T>(
  run: Promise<T>,
  network: 'detector' | 'embedder',
  settings: WorkerSettings,
  limitMs: number,
  tickMs = TICK_MS,
): Promise<T> {
  const hung = () =>
    notFinished(`${modelName(network, settings)} has not finished the test picture`, limitMs);
  return withoutStall(run, () => '', hung, limitMs, tickMs);
}

/** A model as sentences begin with it. */
export function modelName(network: 'detector' | 'embedder', settings: WorkerSettings): string {
  const { id, path } = settings[network];
  return `${network} "${id}" (${path})`;
}

function notFinished(what: string, limitMs: number): NetworkStalled {
  return new NetworkStalled(
    'model.unfit',
    `${what} within ${Math.round(limitMs / 1000)} s; check the memory, or use another file or model; on a very slow machine, raise engine.hangMs`,
  );
}

function withoutStall<T>(
  work: Promise<T>,
  progress: () => string,
  fault: () => SpotterError,
  limitMs: number,
  tickMs: number,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let last = progress();
    let ticks = 0;
    const timer = setInterval(() => {
      const now = progress();
      ticks = now === last ? ticks + 1 : 0;
      last = now;
      if (ticks * tickMs < limitMs) return;
      clearInterval(timer);
      reject(fault());
    }, tickMs);
    work.then(resolve, reject).finally(() => clearInterval(timer));
  });
}
