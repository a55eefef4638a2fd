import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff, type BackoffOptions } from '../core/backoff.js';
import type { CameraState } from '../core/cameraState.js';
import { describeError, type ErrorCode, SpotterError } from '../core/errors.js';
import type { Frame } from '../image/cameraFrame.js';
import type { Camera, NewestFrames } from '../pipeline/camera.js';

/** A recording: yields every frame, in order. */
export interface Recording {
  frames(): AsyncIterable<Frame>;
  stop(): void;
}

/** A live source: offers its newest frame until it fails or is stopped. */
export interface Live extends NewestFrames {
  stop(): void;
  /** Resolves when nothing of the source runs any more; never rejects. */
  ended(): Promise<void>;
}

/** Which camera to run, its backoff, and callbacks. */
export interface CameraRunnerOptions {
  camera: Pick<Camera, 'play' | 'watch' | 'end'>;
  /** Opens a new source for each attempt; a recording that fails is only opened again if it repeats (`again`). */
  open: () => { recording: Recording; again: boolean } | { live: Live };
  backoff: BackoffOptions;
  /** First delay after a rejected password, ms; many attempts may lock the account. */
  authRetryMs: number;
  /** Called on every change; `message` is the reason why the camera is not live. */
  onState: (state: CameraState, message: string | null) => void;
  /** Called before each retry; `reason` is the error code that ended the previous attempt. */
  onRestart: (reason: string) => void;
}

const STATE_OF: Partial<Record<ErrorCode, CameraState>> = {
  'camera.auth': 'auth_failed',
  'camera.no_video': 'no_video',
  'camera.stalled': 'stalled',
  'camera.reshaped': 'reopening',
};
const AUTH_RETRY_GROWTH = 5;
/** A camera whose picture changes its shape all the time is opened no more often than this, ms. */
const RESHAPED_EVERY_MS = 1000;

/**
 * Runs one camera: opens its source, and reopens it with a growing delay when it fails. The last failure stays the state
 * until frames arrive again, so that an unreachable camera is reported once.
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
   * Resolves when a recording has ended or failed, or the signal is aborted, and every frame is finished; never rejects.
   */
  async run(signal: AbortSignal): Promise<void> {
    this.#setState('connecting', null);
    while (!signal.aborted) {
      this.#liveSinceMs = null;
      const { error, isLast } = await this.#attempt(signal);
      if (signal.aborted) break;
      if (isLast) return this.#setState('stopped', error === null ? null : describeError(error));
      await sleep(this.#waitMs(error), undefined, { signal }).catch(() => {});
      if (!signal.aborted) this.#options.onRestart(error instanceof SpotterError ? error.code : 'internal');
    }
    this.#endTracks();
    this.#setState('stopped', null);
  }

  /** Those of a source that was not opened again before the end. */
  #endTracks(): void {
    try {
      this.#options.camera.end();
    } catch (error) {
      this.#setState('stopped', describeError(error));
    }
  }

  /** @returns the error that ended the attempt, or null */
  async #attempt(signal: AbortSignal): Promise<{ error: unknown; isLast: boolean }> {
    const source = this.#options.open();
    const isOnce = 'recording' in source && !source.again;
    const ending = 'live' in source ? source.live : source.recording;
    const stop = () => ending.stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      if ('live' in source) await this.#options.camera.watch(this.#reportingLive(source.live));
      else await this.#options.camera.play(this.#reportingFrames(source.recording.frames()));
      return { error: null, isLast: true };
    } catch (error) {
      // Report at once: a hung process takes a while to end.
      if (!signal.aborted && !isOnce) this.#setState(stateOf(error), describeError(error));
      return { error, isLast: isOnce };
    } finally {
      ending.stop();
      if ('live' in source) await source.live.ended();
      signal.removeEventListener('abort', stop);
    }
  }

  #waitMs(error: unknown): number {
    const heldMs = this.#liveSinceMs === null ? 0 : performance.now() - this.#liveSinceMs;
    const code = error instanceof SpotterError ? error.code : 'internal';
    // That is no fault, and says nothing about the next attempt.
    if (code === 'camera.reshaped') return Math.max(0, RESHAPED_EVERY_MS - heldMs);
    // Some cameras and bridges end every session after a while, and are there for the next.
    if (code === 'camera.ended' && heldMs >= this.#options.backoff.healthyMs) {
      this.#backoff.reset();
      return 0;
    }
    const backoff = stateOf(error) === 'auth_failed' ? this.#authBackoff : this.#backoff;
    return backoff.next(heldMs);
  }

  async *#reportingFrames(frames: AsyncIterable<Frame>): AsyncGenerator<Frame> {
    for await (const frame of frames) {
      this.#setLive();
      yield frame;
    }
  }

  #reportingLive(live: Live): NewestFrames {
    return {
      ready: async () => {
        const waiting = await live.ready();
        if (waiting) this.#setLive();
        return waiting;
      },
      take: () => live.take(),
      newestAtMs: () => live.newestAtMs(),
    };
  }

  #setLive(): void {
    this.#liveSinceMs ??= performance.now();
    this.#setState('live', null);
  }

  #setState(state: CameraState, message: string | null): void {
    if (this.#state === state && this.#message === message) return;
    this.#state = state;
    this.#message = message;
    this.#options.onState(state, message);
  }
}

function stateOf(error: unknown): CameraState {
  return (error instanceof SpotterError && STATE_OF[error.code]) || 'unreachable';
}
