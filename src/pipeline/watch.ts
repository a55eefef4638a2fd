import { setTimeout as sleep } from 'node:timers/promises';
import { describeError, SpotterError } from '../errors.js';
import type { Frame } from '../types.js';
import type { Camera } from './camera.js';

/** `stopped` is for good: the recording has ended, or the daemon ends. `unreachable` is tried again. */
export type CameraState = 'connecting' | 'live' | 'unreachable' | 'stopped';

/** What delivers a camera's frames, once. */
export interface Source {
  frames(): AsyncIterable<Frame>;
  stop(): void;
}

export interface WatchOptions {
  id: string;
  camera: Camera;
  /** A new source for every attempt. */
  open: () => Source;
  /** Told every change; `message` says why a camera is unreachable. */
  onState: (state: CameraState, message: string | null) => void;
  /** Told before every new attempt; `reason` is the code of what ended the one before. */
  onRestart: (reason: string) => void;
}

const FIRST_BACKOFF_MS = 1000;
const MAX_BACKOFF_MS = 30_000;

/** Keeps one camera going: opens its source, and opens it again when it fails, ever more patiently. */
export class Watch {
  readonly id: string;
  readonly #options: WatchOptions;
  #state: CameraState = 'connecting';
  #message: string | null = null;

  constructor(options: WatchOptions) {
    this.id = options.id;
    this.#options = options;
  }

  get state(): CameraState {
    return this.#state;
  }

  /** Why the camera is unreachable; null otherwise. */
  get message(): string | null {
    return this.#message;
  }

  get camera(): Camera {
    return this.#options.camera;
  }

  /** Resolves, never rejects, when the source has come to its end or the signal is aborted and every frame is finished. */
  async run(signal: AbortSignal): Promise<void> {
    let backoffMs = FIRST_BACKOFF_MS;
    while (!signal.aborted) {
      this.#become('connecting', null);
      const error = await this.#attempt(signal);
      if (error === null || signal.aborted) break;
      if (this.#state === 'live') backoffMs = FIRST_BACKOFF_MS;
      this.#become('unreachable', describeError(error));
      await sleep(backoffMs, undefined, { signal }).catch(() => {});
      backoffMs = Math.min(MAX_BACKOFF_MS, backoffMs * 2);
      if (!signal.aborted) this.#options.onRestart(error instanceof SpotterError ? error.code : 'internal');
    }
    this.#become('stopped', null);
  }

  /** @returns what ended the attempt before its time, or null */
  async #attempt(signal: AbortSignal): Promise<unknown> {
    const source = this.#options.open();
    const stop = () => source.stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await this.#options.camera.run(this.#noticed(source.frames()));
      return null;
    } catch (error) {
      return error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async *#noticed(frames: AsyncIterable<Frame>): AsyncGenerator<Frame> {
    for await (const frame of frames) {
      if (this.#state !== 'live') this.#become('live', null);
      yield frame;
    }
  }

  #become(state: CameraState, message: string | null): void {
    if (this.#state === state && this.#message === message) return;
    this.#state = state;
    this.#message = message;
    this.#options.onState(state, message);
  }
}
