import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Backoff } from '../core/backoff.js';
import { describeError, type ErrorCode, fromErrorData, SpotterError } from '../core/errors.js';
import type { Component } from '../core/lifecycle.js';
import { compiledFile } from '../core/package.js';
import { BEAT_MS, type FromEngine, type ToEngine } from '../ipc/protocol.js';
import type { ChildProcesses } from './childProcesses.js';
import { forEachLine } from './engineOutput.js';
import { endOf } from './processEnd.js';

const ENTRY = fileURLToPath(compiledFile('src/engine/main.js'));
/** While it loads models and reads the gallery, an engine may be silent, or busy with one task, for this long. */
const LOADING_MS = 10 * 60_000;
/** How long a ready engine may be silent beyond the time limit of a task. */
const BEAT_SLACK_MS = 2000;
/** The engine is killed if it has not finished its frames in flight within this. */
const STOP_GRACE_MS = 4000;
/**
 * glibc raises its mmap threshold to the size of the largest freed block and never lowers it: from then on, frames and tensors
 * are allocated on a heap that fragments and grows. A fixed threshold prevents that. Two arenas instead of one per thread, since
 * each keeps the most that it ever held. docs/benchmarks.md has the effect over two hours.
 */
const MALLOC = {
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_ARENA_MAX: '2',
};
/** Photos on a share that does not answer may hold up eight threads; the others are for everything else. */
const THREADS = { UV_THREADPOOL_SIZE: '16' };
const BACKOFF = { firstMs: 250, maxMs: 30_000, healthyMs: 1000 };

/** The daemon ends when no engine has been ready for this long, ms. */
const GIVE_UP_MS = 5 * 60_000;

/** Why an engine ended unexpectedly. */
export type DeathCause = 'engine_died' | 'engine_hung';

/** The unexpected end of an engine. */
export interface Death {
  cause: DeathCause;
  /** The error that it reported, its signal or its exit code. */
  how: string;
  /** Of the error that it reported; null when it reported none. */
  code: ErrorCode | null;
  /** It reported an error before it was ready, and not one of a device, so it cannot work with its configuration. */
  isUnfit: boolean;
}

/** How to start an engine, and callbacks. */
export interface EngineHostOptions {
  /** Tracks the processes that the engine starts. */
  childProcesses: ChildProcesses;
  /** The first message to a new engine. */
  start: () => ToEngine & { kind: 'start' };
  /** Whether the networks can run without the device that fails, so that the first engine may die of it, too. */
  hasOtherDevice: () => boolean;
  /** Time limit for a task of the worker pool once the engine is ready, ms; longer means hung. */
  hangMs: () => number;
  onMessage: (message: FromEngine) => void;
  /** Called when the engine has ended unexpectedly; the next one starts by itself. */
  onDeath: (death: Death) => void;
  /** Called instead of it when engines have died for `giveUpMs` without one being ready; no other one starts then. */
  onFailure: (error: SpotterError) => void;
  /** Default: five minutes. */
  giveUpMs?: number;
  /** Called with each line that the engine's libraries or a crash write to its stdout or stderr. */
  onOutput: (line: string) => void;
  /** The engine's program; by default engine/main. */
  entry?: string | undefined;
}

/**
 * Keeps one engine process alive: forks it, monitors its beat, kills it when it hangs, forks another when it has exited or
 * forking failed, and kills the processes that it leaves behind.
 */
export class EngineHost implements Component {
  readonly #options: EngineHostOptions;
  readonly #backoff = new Backoff(BACKOFF);
  #child: ChildProcess | undefined;
  /** The engine at the time of stop(): its messages are passed on until it has exited. */
  #last: ChildProcess | undefined;
  #readyAtMs: number | null = null;
  /** First death since an engine was ready. */
  #deadSinceMs: number | null = null;
  #silentBeats = 0;
  #hung = false;
  /** The models of the engine, for messages. */
  #models = '';
  #stopping = false;
  #failure: SpotterError | null = null;
  #exited: Promise<void> = Promise.resolve();
  #beatTimer: NodeJS.Timeout | undefined;
  #forkTimer: NodeJS.Timeout | undefined;
  #first: { resolve: () => void; reject: (error: SpotterError) => void } | undefined;

  constructor(options: EngineHostOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the first engine is ready.
   *
   * @throws SpotterError of models and gallery, as the engine reports it; engine.died when it exits before it is ready
   */
  async start(signal?: AbortSignal): Promise<void> {
    const ready = new Promise<void>((resolve, reject) => {
      this.#first = { resolve, reject };
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#options.childProcesses.sweep();
    this.#fork();
    this.#beatTimer = setInterval(() => this.#checkBeat(), BEAT_MS);
    try {
      await ready;
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      this.#first = undefined;
    }
  }

  /** Sends the engine a message; does nothing while there is no engine. */
  send(message: ToEngine): void {
    if (this.#child?.connected) this.#child.send(message);
  }

  /** Ends the engine, and starts another with a new {@link EngineHostOptions.start} message. */
  replace(): void {
    // The first engine has not started yet; it will use the current message.
    if (this.#beatTimer === undefined) return;
    clearTimeout(this.#forkTimer);
    this.#readyAtMs = null;
    const old = this.#exited;
    this.#end();
    void old.then(() => {
      // Called twice while the old engine ends, it still starts only one.
      if (!this.#stopping && this.#exited === old) this.#fork();
    });
  }

  /** Resolves when the engine has exited and all its messages have been passed on. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#beatTimer);
    clearTimeout(this.#forkTimer);
    this.#last ??= this.#child;
    this.#end();
    await this.#exited;
  }

  /** Kills the engine and its processes at once, for a process that ends without having stopped. */
  kill(): void {
    const engine = this.#child ?? this.#last;
    engine?.kill('SIGKILL');
    this.#options.childProcesses.end();
  }

  #fork(): void {
    clearTimeout(this.#forkTimer);
    this.#silentBeats = 0;
    this.#hung = false;
    this.#failure = null;
    const child = this.#tryFork();
    if (!child) return;
    const start = this.#options.start();
    const { detector, embedder } = start.config;
    this.#models = `detector "${detector}" and embedder "${embedder}"`;
    this.#child = child;
    child.on('message', (message) => this.#receive(child, message as FromEngine));
    for (const stream of [child.stdout, child.stderr])
      if (stream) forEachLine(stream, (line) => this.#options.onOutput(line));
    this.#exited = endOf(child).then((how) => {
      this.#options.childProcesses.end();
      if (child === this.#child) this.#died(how);
    });
    this.send(start);
  }

  /** @returns undefined, with a retry scheduled, when fork throws, such as for lack of memory */
  #tryFork(): ChildProcess | undefined {
    try {
      return fork(this.#options.entry ?? ENTRY, [], {
        serialization: 'advanced',
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        env: { ...MALLOC, ...THREADS, ...process.env },
      });
    } catch (error) {
      this.#died(describeError(error));
      return undefined;
    }
  }

  #receive(child: ChildProcess, message: FromEngine): void {
    const isLast = child === this.#last && message.kind !== 'ready';
    if (child !== this.#child && !isLast) return;
    this.#silentBeats = 0;
    switch (message.kind) {
      case 'process':
        if (message.running) this.#options.childProcesses.add(message.pid);
        else this.#options.childProcesses.remove(message.pid);
        return;
      case 'failed':
        this.#failure = fromErrorData(message.error);
        return;
      case 'ready':
        this.#readyAtMs = performance.now();
        this.#deadSinceMs = null;
        this.#options.onMessage(message);
        this.#first?.resolve();
        return;
      case 'beat':
        if (message.oldestTaskMs > this.#allowedMs) this.#endHung();
        break;
    }
    this.#options.onMessage(message);
  }

  /** Time limit for one task, ms; higher while the engine reads the gallery. */
  get #allowedMs(): number {
    return this.#readyAtMs === null ? LOADING_MS : this.#options.hangMs();
  }

  /** Measures silence in our own ticks, so that a pause of the whole machine is not taken for a hang. */
  #checkBeat(): void {
    if (!this.#child || this.#stopping) return;
    if (++this.#silentBeats * BEAT_MS > this.#allowedMs + BEAT_SLACK_MS) this.#endHung();
  }

  #endHung(): void {
    this.#hung = true;
    this.#child?.kill('SIGKILL');
  }

  /** Sends stop to the engine, and kills it after STOP_GRACE_MS. */
  #end(): void {
    const child = this.#child;
    this.#child = undefined;
    // One that could not be started has no process id, and no exit to wait for.
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    if (child.connected) child.send({ kind: 'stop' } satisfies ToEngine);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
    child.once('exit', () => clearTimeout(timer));
  }

  #failedStart(how: string): SpotterError {
    const what = this.#hung
      ? `a network has not finished within ${LOADING_MS / 60_000} min`
      : `the engine ended (${how})`;
    const sentence = `${what} while it loaded ${this.#models} and read the gallery; check the memory, or try other models`;
    return new SpotterError('engine.died', sentence);
  }

  #died(how: string): void {
    this.#child = undefined;
    const isDevice = this.#failure?.code === 'compute.failed';
    const isUnfit = this.#failure !== null && !isDevice && this.#readyAtMs === null;
    const heldMs = this.#readyAtMs === null ? 0 : performance.now() - this.#readyAtMs;
    this.#readyAtMs = null;
    if (this.#first && !(isDevice && this.#options.hasOtherDevice())) {
      this.#first.reject(this.#failure ?? this.#failedStart(how));
      return;
    }
    const { onDeath, onFailure, giveUpMs = GIVE_UP_MS } = this.#options;
    const reason = this.#failure?.message ?? how;
    const nowMs = performance.now();
    this.#deadSinceMs ??= nowMs;
    if (nowMs - this.#deadSinceMs >= giveUpMs) {
      onFailure(noEngine(giveUpMs, reason));
      return;
    }
    onDeath({
      cause: this.#hung ? 'engine_hung' : 'engine_died',
      how: reason,
      code: this.#failure?.code ?? null,
      isUnfit,
    });
    const waitMs = heldMs >= BACKOFF.healthyMs ? 0 : this.#backoff.next(heldMs);
    this.#forkTimer = setTimeout(() => this.#fork(), waitMs);
  }
}

function noEngine(ms: number, reason: string): SpotterError {
  return new SpotterError(
    'engine.died',
    `no engine could be started for ${Math.round(ms / 60_000)} min (${reason}); ending, so that a service manager can start spotter again`,
  );
}
