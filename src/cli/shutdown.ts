import { describeError } from '../core/errors.js';

/** One Ctrl-C may arrive twice: from the terminal and forwarded by npm. */
const SAME_PRESS_MS = 100;

/**
 * Turns signals into an AbortSignal: the first SIGINT or SIGTERM asks for an orderly end, a second one ends the process
 * immediately. Install it before anything else, so that no signal is missed. It never calls process.exit: ending a
 * busy worker thread aborts the process.
 */
export class Shutdown {
  readonly #controller = new AbortController();
  #firstAtMs = 0;

  /** Aborted by the first signal, by an uncaught error, and when the reader of stdout or stderr goes away. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Registers the handlers of the process. An uncaught error sets exit code 3. */
  install(): void {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => this.#receive(signal));
    process.on('uncaughtException', (error) => this.#fail(error));
    process.on('unhandledRejection', (error) => this.#fail(error));
    // A reader that goes away, as in `spotter scan ... | head`, is not an error.
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
