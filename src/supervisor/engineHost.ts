import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Backoff } from '../core/backoff.js';
import { fromErrorData, SpotterError } from '../core/errors.js';
import type { Component } from '../core/lifecycle.js';
import { BEAT_MS, type FromEngine, type ToEngine } from '../ipc/protocol.js';
import type { ChildProcesses } from './childProcesses.js';

const ENTRY = fileURLToPath(new URL('../engine/main.js', import.meta.url));
/** Beats that may be missed while loading models and reading the gallery, and afterwards beside the allowed time of a task. */
const LOADING_MS = 10 * 60_000;
const BEAT_SLACK_MS = 2000;
/** Frames in flight are finished within this, or the engine is ended the hard way. */
const STOP_GRACE_MS = 4000;
/** What an engine said before it was gone has been heard within this. */
const DRAIN_MS = 1000;
/**
 * glibc raises the size from which a block is mapped by itself to that of the largest freed one, and never lowers it: from
 * then on frames and tensors come from a heap that gets holes and grows. A fixed size keeps them out of it. Nor has each
 * thread a heap of its own, which would keep the most that it ever held: docs/benchmarks.md has what that makes in two hours.
 */
const MALLOC = {
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_ARENA_MAX: '2',
};
const BACKOFF = { firstMs: 250, maxMs: 30_000, healthyMs: 1000 };

/** Why an engine is gone although nobody asked for its end. */
export type DeathCause = 'engine_died' | 'engine_hung';

export interface Death {
  cause: DeathCause;
  /** In which way. */
  how: string;
  /** It could not work with what it was started with, and said why. */
  isUnfit: boolean;
}

export interface EngineHostOptions {
  /** Keeps account of the processes that the engine starts. */
  childProcesses: ChildProcesses;
  /** What a new engine is told first. */
  start: () => ToEngine & { kind: 'start' };
  /** A task of the pool that takes longer is taken for hung, ms. */
  hangMs: () => number;
  onMessage: (message: FromEngine) => void;
  /** The engine is gone, another one comes by itself. */
  onDeath: (death: Death) => void;
}

/**
 * Keeps one engine process alive: forks it, watches its beat, ends it when it hangs, forks another when it is gone, and
 * ends the processes that it leaves behind.
 */
export class EngineHost implements Component {
  readonly #options: EngineHostOptions;
  readonly #backoff = new Backoff(BACKOFF);
  #child: ChildProcess | undefined;
  /** The engine that ends with us: what it says until then still counts. */
  #last: ChildProcess | undefined;
  #readyAtMs: number | null = null;
  #silentBeats = 0;
  #hung = false;
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
   * @throws SpotterError of models and gallery, as the engine tells it; engine.died when it is gone before it was ready
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

  /** Tells the engine something; nothing happens while there is none. */
  send(message: ToEngine): void {
    if (this.#child?.connected) this.#child.send(message);
  }

  /** Ends the engine, and starts another with whatever {@link EngineHostOptions.start} says then. */
  replace(): void {
    // One that has not been started yet will hear what is said then.
    if (this.#beatTimer === undefined) return;
    clearTimeout(this.#forkTimer);
    this.#readyAtMs = null;
    const old = this.#exited;
    this.#end();
    void old.then(() => {
      // Asked twice for another one while the old one ends, there is still only one to come.
      if (!this.#stopping && this.#exited === old) this.#fork();
    });
  }

  /** Resolves when the engine is gone and everything that it had to tell has been passed on. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#beatTimer);
    clearTimeout(this.#forkTimer);
    this.#last ??= this.#child;
    // A process may be gone before its last messages have been read.
    const heard = this.#last?.connected
      ? once(this.#last, 'disconnect', { signal: AbortSignal.timeout(STOP_GRACE_MS + DRAIN_MS) })
      : Promise.resolve();
    const settled = heard.catch(() => {});
    this.#end();
    await this.#exited;
    await settled;
  }

  #fork(): void {
    const child = fork(ENTRY, [], {
      serialization: 'advanced',
      stdio: ['ignore', 2, 2, 'ipc'],
      env: { ...MALLOC, ...process.env },
    });
    this.#child = child;
    this.#silentBeats = 0;
    this.#hung = false;
    this.#failure = null;
    // A message to a process that has just gone: its exit tells.
    child.on('error', () => {});
    child.on('message', (message) => this.#receive(child, message as FromEngine));
    this.#exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#options.childProcesses.end();
        resolve();
        this.#gone(child, signal ?? `exit code ${code}`);
      });
    });
    child.send(this.#options.start());
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
        this.#options.onMessage(message);
        this.#first?.resolve();
        return;
      case 'beat':
        if (message.oldestTaskMs > this.#options.hangMs()) this.#endHung();
        break;
    }
    this.#options.onMessage(message);
  }

  /** Counts our own ticks, so that a pause of the whole machine is not taken for the engine's. */
  #checkBeat(): void {
    if (!this.#child || this.#stopping) return;
    const allowedMs = this.#readyAtMs === null ? LOADING_MS : this.#options.hangMs() + BEAT_SLACK_MS;
    if (++this.#silentBeats * BEAT_MS > allowedMs) this.#endHung();
  }

  #endHung(): void {
    this.#hung = true;
    this.#child?.kill('SIGKILL');
  }

  /** Asks the engine to end, and makes it after a while. */
  #end(): void {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    if (child.connected) child.send({ kind: 'stop' } satisfies ToEngine);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
    child.once('exit', () => clearTimeout(timer));
  }

  #gone(child: ChildProcess, how: string): void {
    if (child !== this.#child) return;
    this.#child = undefined;
    const isUnfit = this.#failure !== null && this.#readyAtMs === null;
    const heldMs = this.#readyAtMs === null ? 0 : performance.now() - this.#readyAtMs;
    this.#readyAtMs = null;
    if (this.#first) {
      this.#first.reject(
        this.#failure ??
          new SpotterError('engine.died', `the engine ended while starting (${how}); see the log above`),
      );
      return;
    }
    const cause = this.#hung ? 'engine_hung' : 'engine_died';
    this.#options.onDeath({ cause, how: this.#failure?.message ?? how, isUnfit });
    const waitMs = heldMs >= BACKOFF.healthyMs ? 0 : this.#backoff.next(heldMs);
    this.#forkTimer = setTimeout(() => this.#fork(), waitMs);
  }
}
