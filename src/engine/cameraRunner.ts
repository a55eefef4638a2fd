import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff, type BackoffOptions } from '../core/backoff.js';
import type { CameraState } from '../core/cameraState.js';
import { describeError, type ErrorCode, SpotterError } from '../core/errors.js';
import type { Frame } from '../image/cameraFrame.js';
import type { Camera, NewestFrames } from '../pipeline/camera.js';

/** A recording: every frame, in order. */
export interface Recording {
  frames(): AsyncIterable<Frame>;
  stop(): void;
}

/** A live source: the newest frame, until it fails or is stopped. */
export interface Live extends NewestFrames {
  stop(): void;
  /** Resolves, never rejects, when nothing of it runs any more. */
  ended(): Promise<void>;
}

export interface CameraRunnerOptions {
  camera: Camera;
  /** A new source for every attempt; a recording that fails is only tried again when it would go on for ever. */
  open: () => { recording: Recording; again: boolean } | { live: Live };
  backoff: BackoffOptions;
  /** Wait after a refused password, ms; a camera that is asked too often locks the user out. */
  authRetryMs: number;
  /** Told every change; `message` says why the camera is not live. */
  onState: (state: CameraState, message: string | null) => void;
  /** Told before every new attempt; `reason` is the code of what ended the one before. */
  onRestart: (reason: string) => void;
}

const STATE_OF: Partial<Record<ErrorCode, CameraState>> = {
  'camera.auth': 'auth_failed',
  'camera.no_video': 'no_video',
  'camera.stalled': 'stalled',
};
const AUTH_RETRY_GROWTH = 5;

/**
 * Keeps one camera going: opens its source, and opens it again when it fails, ever more patiently. What it was last
 * known to suffer from stays its state until frames come again, so that a camera that is away is told once.
 */
export class CameraRunner {
  readonly #options: CameraRunnerOptions;
  readonly #backoff: Backoff;
  readonly #authBackoff: Backoff;
  #state: CameraState | null = null;
  #message: string | null = null;
  #liveSinceMs: number | null = null;

  constructor(options: CameraRunnerOptions) {
    this.#options = options;
    const { backoff, authRetryMs: firstMs } = options;
    this.#backoff = new Backoff(backoff);
    this.#authBackoff = new Backoff({ ...backoff, firstMs, maxMs: firstMs * AUTH_RETRY_GROWTH });
  }

  /**
   * Resolves, never rejects, when a recording has come to its end, good or bad, or the signal is aborted, and every frame
   * is finished.
   */
  async run(signal: AbortSignal): Promise<void> {
    this.#become('connecting', null);
    while (!signal.aborted) {
      this.#liveSinceMs = null;
      const { error, isLast } = await this.#attempt(signal);
      if (signal.aborted) break;
      if (isLast) return this.#become('stopped', error === null ? null : describeError(error));
      await sleep(this.#waitMs(error), undefined, { signal }).catch(() => {});
      if (!signal.aborted) this.#options.onRestart(error instanceof SpotterError ? error.code : 'internal');
    }
    this.#become('stopped', null);
  }

  /** @returns what ended the attempt before its time, or null */
  async #attempt(signal: AbortSignal): Promise<{ error: unknown; isLast: boolean }> {
    const source = this.#options.open();
    const isOnce = 'recording' in source && !source.again;
    const ending = 'live' in source ? source.live : source.recording;
    const stop = () => ending.stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      if ('live' in source) await this.#options.camera.watch(this.#noticing(source.live));
      else await this.#options.camera.play(this.#noticed(source.recording.frames()));
      return { error: null, isLast: true };
    } catch (error) {
      // Told at once: a process that hangs takes a while to end.
      if (!signal.aborted && !isOnce) this.#become(stateOf(error), describeError(error));
      return { error, isLast: isOnce };
    } finally {
      ending.stop();
      if ('live' in source) await source.live.ended();
      signal.removeEventListener('abort', stop);
    }
  }

  #waitMs(error: unknown): number {
    const heldMs = this.#liveSinceMs === null ? 0 : performance.now() - this.#liveSinceMs;
    const backoff = stateOf(error) === 'auth_failed' ? this.#authBackoff : this.#backoff;
    return backoff.next(heldMs);
  }

  async *#noticed(frames: AsyncIterable<Frame>): AsyncGenerator<Frame> {
    for await (const frame of frames) {
      this.#becomeLive();
      yield frame;
    }
  }

  #noticing(live: Live): NewestFrames {
    return {
      ready: async () => {
        const waiting = await live.ready();
        if (waiting) this.#becomeLive();
        return waiting;
      },
      take: () => live.take(),
      newestAtMs: () => live.newestAtMs(),
    };
  }

  #becomeLive(): void {
    this.#liveSinceMs ??= performance.now();
    this.#become('live', null);
  }

  #become(state: CameraState, message: string | null): void {
    if (this.#state === state && this.#message === message) return;
    this.#state = state;
    this.#message = message;
    this.#options.onState(state, message);
  }
}

function stateOf(error: unknown): CameraState {
  return (error instanceof SpotterError && STATE_OF[error.code]) || 'unreachable';
}
