import { describeError } from '../core/errors.js';

/** A key press may reach us twice at once: from the terminal and forwarded by npm. */
const SAME_PRESS_MS = 100;

/**
 * One signal asks for an orderly end, a second one ends at once. Installed before anything else, so that a signal
 * counts from the first moment on. Nothing here exits by itself: ending a busy worker thread aborts the process.
 */
export class Shutdown {
  readonly #controller = new AbortController();
  #firstAtMs = 0;

  /** Aborted by the first signal, and by an error that nobody caught. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  install(): void {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => this.#receive(signal));
    process.on('uncaughtException', (error) => this.#fail(error));
    process.on('unhandledRejection', (error) => this.#fail(error));
    // A reader that goes away, as in `spotter scan ... | head`, is no fault.
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') this.#controller.abort('EPIPE');
      else this.#fail(error);
    });
    process.stderr.on('error', () => this.#controller.abort('EPIPE'));
  }

  #receive(signal: NodeJS.Signals): void {
    const nowMs = performance.now();
    if (!this.signal.aborted) {
      this.#firstAtMs = nowMs;
      this.#controller.abort(signal);
    } else if (nowMs - this.#firstAtMs > SAME_PRESS_MS) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
  }

  #fail(error: unknown): void {
    process.exitCode = 3;
    process.stderr.write(
      `spotter: internal error: ${error instanceof Error ? error.stack : describeError(error)}\n`,
    );
    this.#controller.abort('error');
  }
}
