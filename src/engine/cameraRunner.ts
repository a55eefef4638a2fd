import { setTimeout as sleep } from 'node:timers/promises';
import type { BackoffOptions } from '../core/backoff.js';
import type { CameraState } from '../core/cameraState.js';
import { describeError, type ErrorCode, SpotterError } from '../core/errors.js';
import type { Frame } from '../image/cameraFrame.js';
import type { Camera } from '../pipeline/camera.js';
import type { NewestFrames } from '../pipeline/newestFrames.js';
import { ReopenDelay } from './reopenDelay.js';

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

/**
 * Runs one camera: opens its source, and reopens it with a growing delay when it fails. The last failure stays the state
 * until frames arrive again, so that an unreachable camera is reported once.
 */
export class CameraRunner {
  readonly #options: CameraRunnerOptions;
  readonly #delay: ReopenDelay;
  #state: CameraState | null = null;
  #message: string | null = null;
  #liveSinceMs: number | null = null;

  constructor(options: CameraRunnerOptions) {
    this.#options = options;
    this.#delay = new ReopenDelay(options.backoff, options.authRetryMs);
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
      await sleep(this.#delay.next(codeOf(error), this.#heldMs()), undefined, { signal }).catch(() => {});
      if (!signal.aborted) this.#options.onRestart(codeOf(error));
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

  /** How long the last attempt has been live, ms. */
  #heldMs(): number {
    return this.#liveSinceMs === null ? 0 : performance.now() - this.#liveSinceMs;
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

function codeOf(error: unknown): ErrorCode {
  return error instanceof SpotterError ? error.code : 'internal';
}

function stateOf(error: unknown): CameraState {
  return STATE_OF[codeOf(error)] ?? 'unreachable';
}
