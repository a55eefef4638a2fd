import type { CameraRegistry } from './cameraRegistry.js';

/** What decides how long the daemon runs. */
export interface RunOptions {
  registry: Pick<CameraRegistry, 'cameras'>;
  /** Sets what is called when the state of a camera has changed. */
  listen: (onChange: () => void) => void;
  /** Also stop when every camera has ended. */
  untilEnd: boolean;
  /** Whether somebody watches for whom recordings that have ended start over. */
  isWatched: () => boolean;
  /** Plays every recording that has ended once more. */
  replay: () => void;
}

/** Resolves when the signal is aborted, or everything that there is to watch has ended. */
export function untilStopped(signal: AbortSignal, options: RunOptions): Promise<void> {
  const { registry, listen, untilEnd, isWatched, replay } = options;
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
    const check = () => {
      const { cameras } = registry;
      if (!cameras.every(({ state }) => state === 'stopped')) return;
      // One that has failed would fail again at once.
      if (isWatched() && cameras.every(({ message }) => message === null)) replay();
      else if (untilEnd) resolve();
    };
    listen(check);
    check();
  });
}
