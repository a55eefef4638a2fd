import { fileURLToPath } from 'node:url';
import { Piscina, queueOptionsSymbol, type TaskQueue } from 'piscina';
import { describeError, fromErrorData, SpotterError } from '../core/errors.js';
import type { Component } from '../core/lifecycle.js';
import type { NearestTwo } from '../face/match.js';
import { loadCounts, NetworkStalled, untilLoaded, untilRun } from './loading.js';
import type {
  Detected,
  DetectTask,
  Looked,
  LookTask,
  MatchTask,
  Outcome,
  Ready,
  ReadyTask,
  Task,
  WorkerSettings,
  WorkerStart,
} from './protocol.js';

const ENTRY = new URL('./entry.js', import.meta.url);
/** Young generation of a thread: its garbage is small and short-lived, and the default of 48 MiB applies per thread. */
const YOUNG_GENERATION_MB = 8;
/** Loading a network and running it once takes a second at most, tens on a slow disk. */
const LOAD_MS = 60_000;
/** How long a process whose thread cannot be ended has to report it, ms. */
const REPORT_MS = 1000;
/** How often a background task is passed over before its turn; in a pool that is never idle it would wait forever. */
const PATIENCE = 8;

/**
 * The threads that run the networks. Ending a thread inside a network aborts the whole process, so nothing is ever
 * aborted: stop() refuses new work, waits for running tasks, and only then ends the threads.
 */
export class WorkerPool implements Component {
  /** Number of threads. */
  readonly threads: number;
  readonly #settings: WorkerSettings;
  readonly #entry: URL;
  /** Tasks in the pool, and when a thread took each of them. */
  readonly #running = new Map<Promise<unknown>, Began>();
  readonly #loadMs: number;
  /** Whether a thread is inside a network that does not finish. */
  #isStuck = false;
  #piscina: Piscina | undefined;
  #stopping: Promise<void> | undefined;
  #onnxruntime = '';
  #busyMs = 0;
  #countedAtMs = performance.now();

  /**
   * @param loadMs see {@link untilLoaded}
   * @param entry the compiled worker; set only where the sources run uncompiled
   */
  constructor(threads: number, settings: WorkerSettings, loadMs: number = LOAD_MS, entry: URL = ENTRY) {
    this.threads = threads;
    this.#settings = settings;
    this.#entry = entry;
    this.#loadMs = loadMs;
  }

  /**
   * Starts the threads; resolves when every thread has loaded its networks.
   *
   * @throws SpotterError model.unreadable, model.unfit
   */
  async start(): Promise<void> {
    const start: WorkerStart = { settings: this.#settings, loaded: loadCounts() };
    this.#piscina = new Piscina({
      filename: fileURLToPath(this.#entry),
      name: 'run',
      workerData: start,
      minThreads: this.threads,
      maxThreads: this.threads,
      // Never end idle threads: loading their networks again leaks memory.
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: 1,
      stricterFIFO: true,
      taskQueue: new Lanes(),
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    // The failed task reports the error; without a listener it would end the process.
    this.#piscina.on('error', () => {});
    const ready: ReadyTask = { kind: 'ready' };
    try {
      const loading = Promise.all(Array.from({ length: this.threads }, () => this.#run<Ready>(ready)));
      const answers = await this.#unlessStuck(
        untilLoaded(loading, start.loaded, this.threads, this.#settings, this.#loadMs),
      );
      this.#onnxruntime = answers[0].onnxruntime;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Runs a network for the first time on a real picture, with a time limit. @throws SpotterError model.unfit, worker.failed */
  firstRun<T>(network: 'detector' | 'embedder', run: Promise<T>): Promise<T> {
    return this.#unlessStuck(untilRun(run, network, this.#settings, this.#loadMs));
  }

  /** After a time limit nothing can end the thread but the end of the process, which must not wait for it. */
  async #unlessStuck<T>(limited: Promise<T>): Promise<T> {
    try {
      return await limited;
    } catch (error) {
      if (error instanceof NetworkStalled) this.#isStuck = true;
      throw error;
    }
  }

  /** Refuses new work, waits for all tasks, ends the threads. */
  stop(): Promise<void> {
    this.#stopping ??= (async () => {
      if (this.#isStuck) {
        // An orderly exit would wait for the thread, or abort. Until then the fault is reported.
        setTimeout(() => process.kill(process.pid, 'SIGKILL'), REPORT_MS);
        return;
      }
      while (this.#running.size > 0) await Promise.allSettled(this.#running.keys());
      await this.#piscina?.destroy();
    })();
    return this.#stopping;
  }

  /**
   * Finds the faces in an image. Whole images are detected ahead of time; a view is a second look at one, for which tracking
   * waits, so it goes ahead of those, like {@link look}.
   *
   * @throws SpotterError worker.failed
   */
  detect(task: Omit<DetectTask, 'kind'>): Promise<Detected> {
    return this.#run({ kind: 'detect', ...task }, task.view ? 'looks' : 'others');
  }

  /** Looks at faces, ahead of every waiting detection: tracking waits for the result. @throws SpotterError worker.failed */
  look(task: Omit<LookTask, 'kind'>): Promise<Looked> {
    return this.#run({ kind: 'look', ...task });
  }

  /** Finds the two nearest people to each probe, ahead of every waiting detection. @throws SpotterError worker.failed */
  match(task: Omit<MatchTask, 'kind'>): Promise<NearestTwo[]> {
    return this.#run({ kind: 'match', ...task });
  }

  /**
   * The same tasks at low priority, such as for gallery photos: behind all work for frames, but passed over at most
   * {@link PATIENCE} times.
   */
  readonly background = {
    detect: (task: Omit<DetectTask, 'kind'>): Promise<Detected> =>
      this.#run({ kind: 'detect', ...task }, 'background'),
    look: (task: Omit<LookTask, 'kind'>): Promise<Looked> =>
      this.#run({ kind: 'look', ...task }, 'background'),
  };

  /** Total working time of all threads since the start, ms. */
  get busyMs(): number {
    this.#countBusy();
    return this.#busyMs;
  }

  #countBusy(): void {
    const nowMs = performance.now();
    this.#busyMs += Math.min(this.#running.size, this.threads) * (nowMs - this.#countedAtMs);
    this.#countedAtMs = nowMs;
  }

  /** How long the oldest running task has been with its thread, ms; 0 when none runs. Waiting tasks are ignored. */
  get oldestTaskMs(): number {
    const nowMs = performance.now();
    return Math.max(0, ...[...this.#running.values()].map(({ atMs }) => (atMs === null ? 0 : nowMs - atMs)));
  }

  /** Version of onnxruntime, once started. */
  get onnxruntime(): string {
    return this.#onnxruntime;
  }

  async #run<T>(task: Task, lane: Lane = task.kind === 'ready' ? 'others' : 'looks'): Promise<T> {
    if (!this.#piscina || this.#stopping)
      throw new SpotterError('worker.failed', 'the worker pool is stopping and takes no new task');
    const began: Began = { atMs: performance.now() };
    const tagged = { ...task, [queueOptionsSymbol]: { lane, began } };
    const running: Promise<Outcome<T>> = this.#piscina.run(tagged);
    this.#countBusy();
    this.#running.set(running, began);
    try {
      const outcome = await running;
      if (!outcome.ok) throw fromErrorData(outcome.error);
      return outcome.value;
    } catch (cause) {
      if (cause instanceof SpotterError) throw cause;
      throw new SpotterError('worker.failed', `a worker thread failed: ${describeError(cause)}`, { cause });
    } finally {
      this.#countBusy();
      this.#running.delete(running);
    }
  }
}

/** When a thread took a task, monotonic ms; null while it waits in a lane. */
interface Began {
  atMs: number | null;
}

type Lane = 'looks' | 'others' | 'background';
type PiscinaTask = NonNullable<ReturnType<TaskQueue['shift']>>;

/**
 * Three priorities: looks, then detections, then background work. Frames are detected ahead of time but looked at in
 * order, so a look that waited behind detections would delay every frame after it.
 */
class Lanes implements TaskQueue {
  readonly #lanes: Record<Lane, PiscinaTask[]> = { looks: [], others: [], background: [] };
  /** How often the first background task has been passed over. */
  #passedOver = 0;

  get size(): number {
    return Object.values(this.#lanes).reduce((sum, lane) => sum + lane.length, 0);
  }

  shift(): PiscinaTask | null {
    const { looks, others, background } = this.#lanes;
    const isDue = background.length > 0 && this.#passedOver >= PATIENCE;
    const next = isDue ? undefined : (looks.shift() ?? others.shift());
    this.#passedOver = next && background.length > 0 ? this.#passedOver + 1 : 0;
    const task = next ?? background.shift() ?? null;
    if (task) markBegan(task, performance.now());
    return task;
  }

  push(task: PiscinaTask): void {
    markBegan(task, null);
    this.#lane(task).push(task);
  }

  unshift(task: PiscinaTask): void {
    markBegan(task, null);
    this.#lane(task).unshift(task);
  }

  remove(task: PiscinaTask): void {
    const lane = this.#lane(task);
    const index = lane.indexOf(task);
    if (index >= 0) lane.splice(index, 1);
  }

  #lane(task: PiscinaTask): PiscinaTask[] {
    return this.#lanes[optionsOf(task)?.lane ?? 'others'];
  }
}

function optionsOf(task: PiscinaTask): { lane: Lane; began: Began } | null {
  return task[queueOptionsSymbol] as { lane: Lane; began: Began } | null;
}

function markBegan(task: PiscinaTask, atMs: number | null): void {
  const options = optionsOf(task);
  if (options) options.began.atMs = atMs;
}
