import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { describeError, fromErrorData, SpotterError } from '../core/errors.js';
import { compiledFile } from '../core/package.js';
import type { NearestTwo } from '../face/match.js';
import { DeviceThread } from './deviceThread.js';
import { type Began, inLane, type Lane, Lanes, PATIENCE } from './lanes.js';
import { loadCounts, NetworkStalled, untilLoaded, untilRun } from './loading.js';
import {
  type Detected,
  type DetectTask,
  type Devices,
  type Looked,
  type LookTask,
  type MatchTask,
  ON_CPU,
  type Outcome,
  type Ready,
  type ReadyTask,
  type Task,
  type WorkerSettings,
  type WorkerStart,
} from './protocol.js';

const ENTRY = compiledFile('src/worker/entry.js');
/** Young generation of a thread: its garbage is small and short-lived, and the default of 48 MiB applies per thread. */
const YOUNG_GENERATION_MB = 8;
/** Loading a network and running it once takes a second at most, tens on a slow disk. */
const LOAD_MS = 60_000;
/** Most threads that share a run: beyond, waking them takes as long as their shares of the layers. */
const MOST_PER_RUN = 4;
/** How long a process whose thread cannot be ended has to report it, ms. */
const REPORT_MS = 1000;

/** What is not the same in every {@link WorkerPool}. */
export interface PoolOptions {
  /** See {@link untilLoaded}. */
  loadMs?: number;
  /**
   * Whether pictures come one at a time now and then, as from cameras: one that comes while nothing else is in the pool is given
   * several cores, by one thread more with networks of its own. Default: no.
   */
  sharesRuns?: boolean;
  /** The compiled worker; default: the program's. */
  entry?: URL | undefined;
}

/** A task in the pool. */
interface Running {
  began: Began;
  /** Threads that it occupies. */
  threads: number;
}

/**
 * The threads that run the networks. Ending a thread inside a network aborts the whole process, so nothing is ever
 * aborted: stop() refuses new work, waits for running tasks, and only then ends the threads.
 */
export class WorkerPool {
  /** Number of threads. */
  readonly threads: number;
  /** Called when a device fails to run a network, which it will hardly do again; not for a failure that {@link start} throws. */
  onDeviceFailure: ((error: SpotterError) => void) | null = null;
  readonly #settings: WorkerSettings;
  readonly #options: { loadMs: number; sharesRuns: boolean; entry: URL };
  readonly #running = new Map<Promise<unknown>, Running>();
  /** Whether a thread is inside a network that does not finish. */
  #isStuck = false;
  /** A picture per thread: best when many wait. */
  #many: Piscina | undefined;
  /** One picture by several threads: best when it is alone. */
  #alone: Piscina | undefined;
  #device: DeviceThread | undefined;
  #stopping: Promise<void> | undefined;
  #onnxruntime = '';
  #busyMs = 0;
  #countedAtMs = performance.now();

  constructor(
    threads: number,
    settings: WorkerSettings,
    { loadMs = LOAD_MS, sharesRuns = false, entry = ENTRY }: PoolOptions = {},
  ) {
    this.threads = threads;
    this.#settings = settings;
    this.#options = { loadMs, sharesRuns, entry };
  }

  /**
   * Starts the threads; resolves when every thread has loaded its networks.
   *
   * @param devices what runs the networks; by default the CPU. After compute.failed, it may be called again unless the pool is ended
   * @throws SpotterError model.unreadable, model.unfit, compute.failed
   */
  async start(devices: Devices = ON_CPU): Promise<void> {
    this.#device = await this.#startDevice(devices);
    const device = this.#device?.memory ?? null;
    const { loadMs, sharesRuns } = this.#options;
    const perRun = sharesRuns && !device ? Math.min(this.threads, MOST_PER_RUN) : 1;
    const loaded = loadCounts();
    const start = { settings: this.#settings, device, loaded };
    const many = this.#startThreads(this.threads, { ...start, perRun: 1 });
    this.#many = many;
    const all = Array<Piscina>(this.threads).fill(many);
    if (perRun > 1) {
      this.#alone = this.#startThreads(1, { ...start, perRun });
      all.push(this.#alone);
    }
    const ready: ReadyTask = { kind: 'ready' };
    try {
      const loading = Promise.all(all.map((threads) => this.#run<Ready>(ready, 'others', threads)));
      const answers = await this.#unlessStuck(
        untilLoaded(loading, loaded, all.length, this.#settings, loadMs),
      );
      this.#onnxruntime = answers[0].onnxruntime;
    } catch (error) {
      // Without the device, the pool may be started again.
      if (isDeviceFault(error)) await this.#end();
      else await this.stop();
      throw error;
    }
  }

  async #startDevice(devices: Devices): Promise<DeviceThread | undefined> {
    if (!devices.detector && !devices.embedder) return undefined;
    const entry = new URL('./deviceEntry.js', this.#options.entry);
    return this.#unlessStuck(DeviceThread.start(this.#settings, devices, this.threads, entry));
  }

  #startThreads(count: number, start: WorkerStart): Piscina {
    const threads = new Piscina({
      filename: fileURLToPath(this.#options.entry),
      name: 'run',
      workerData: start,
      minThreads: count,
      maxThreads: count,
      // Never end idle threads: loading their networks again leaks memory.
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: 1,
      stricterFIFO: true,
      taskQueue: new Lanes(),
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    // The failed task reports the error; without a listener it would end the process.
    threads.on('error', () => {});
    return threads;
  }

  /** Runs a network for the first time on a real picture, with a time limit. @throws SpotterError model.unfit, worker.failed */
  firstRun<T>(network: 'detector' | 'embedder', run: Promise<T>): Promise<T> {
    return this.#unlessStuck(untilRun(run, network, this.#settings, this.#options.loadMs));
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

  /** Whether it cannot be started again. */
  get isEnded(): boolean {
    return this.#isStuck || this.#stopping !== undefined;
  }

  /** Refuses new work, waits for all tasks, ends the threads. */
  stop(): Promise<void> {
    this.#stopping ??= (async () => {
      if (this.#isStuck) {
        // An orderly exit would wait for the thread, or abort. Until then the fault is reported.
        setTimeout(() => process.kill(process.pid, 'SIGKILL'), REPORT_MS);
        return;
      }
      await this.#end();
    })();
    return this.#stopping;
  }

  /** Waits for all tasks, and ends the threads. */
  async #end(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running.keys());
    await Promise.all([this.#many?.destroy(), this.#alone?.destroy()]);
    await this.#device?.stop();
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
    const busy = [...this.#running.values()].reduce((sum, { threads }) => sum + threads, 0);
    this.#busyMs += Math.min(busy, this.threads) * (nowMs - this.#countedAtMs);
    this.#countedAtMs = nowMs;
  }

  /** How long the oldest running task has been with its thread, ms; 0 when none runs. Waiting tasks are ignored. */
  get oldestTaskMs(): number {
    const nowMs = performance.now();
    const begun = [...this.#running.values()].map(({ began: { atMs } }) =>
      atMs === null ? 0 : nowMs - atMs,
    );
    return Math.max(0, ...begun);
  }

  /** How often a device has run, and how many pictures; null without one. */
  get deviceTally(): DeviceThread['tally'] | null {
    return this.#device?.tally ?? null;
  }

  /** Version of onnxruntime, once started. */
  get onnxruntime(): string {
    return this.#onnxruntime;
  }

  async #run<T>(task: Task, lane: Lane = 'looks', threads = this.#threadsForNext()): Promise<T> {
    if (!threads || this.#stopping)
      throw new SpotterError('worker.failed', 'the worker pool is stopping and takes no new task');
    const began: Began = { atMs: performance.now() };
    const running: Promise<Outcome<T>> = threads.run(inLane(task, lane, began));
    this.#countBusy();
    this.#running.set(running, { began, threads: threads === this.#alone ? this.threads : 1 });
    try {
      const outcome = await running;
      if (outcome.ok) return outcome.value;
      const error = fromErrorData(outcome.error);
      // While the networks are loaded, whoever starts the pool decides what follows.
      if (isDeviceFault(error) && task.kind !== 'ready') this.onDeviceFailure?.(error);
      throw error;
    } catch (cause) {
      if (cause instanceof SpotterError) throw cause;
      throw new SpotterError('worker.failed', `a worker thread failed: ${describeError(cause)}`, { cause });
    } finally {
      this.#countBusy();
      this.#running.delete(running);
    }
  }

  #threadsForNext(): Piscina | undefined {
    return this.#running.size === 0 ? (this.#alone ?? this.#many) : this.#many;
  }
}

function isDeviceFault(error: unknown): error is SpotterError {
  return error instanceof SpotterError && error.code === 'compute.failed';
}
