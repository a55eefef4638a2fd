import { describeError } from '../core/errors.js';
import { logOutput } from '../observe/lineOutput.js';
import type { Context } from './context.js';
import { printMessage } from './print.js';

/** One Ctrl-C may arrive twice: from the terminal and forwarded by npm. */
const SAME_PRESS_MS = 100;
/** Exit codes of a command that a signal has ended, as shells have them: 128 and the number of the signal. */
const BY_SIGNAL: Record<string, number> = { SIGINT: 130, SIGTERM: 143 };
/** A daemon whose last message nobody reads exits after this. */
const UNREAD_MS = 1000;

/**
 * Turns signals into an AbortSignal: the first SIGINT or SIGTERM asks for an orderly end, a second one ends the process
 * immediately. Install it before anything else, so that no signal is missed. It never calls process.exit: ending a
 * busy worker thread aborts the process.
 */
export class Shutdown implements Context {
  readonly #controller = new AbortController();
  #firstAtMs = 0;
  #outlivesOutput = false;

  /** Aborted by the first signal, by an uncaught error, and when the output of a command fails. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Registers the handlers of the process. An uncaught error sets exit code 3. */
  install(): void {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => this.#receive(signal));
    process.on('uncaughtException', (error) => this.#fail(error));
    process.on('unhandledRejection', (error) => this.#fail(error));
    process.stdout.on('error', (error: NodeJS.ErrnoException) => this.#outputFailed(error, true));
    process.stderr.on('error', (error: NodeJS.ErrnoException) => this.#outputFailed(error, false));
  }

  /** The exit code of the process. For a daemon, a signal is the usual end. @param code of the command */
  exitCode(code: number): number {
    return this.#outlivesOutput ? code : (BY_SIGNAL[String(this.signal.reason)] ?? code);
  }

  readonly outliveOutput = (): void => {
    this.#outlivesOutput = true;
  };

  readonly report = (message: string): void => {
    if (!this.#outlivesOutput) {
      printMessage(message);
      return;
    }
    const output = logOutput();
    output.write(`spotter: ${message}\n`);
    void output.end(UNREAD_MS);
  };

  #outputFailed(error: NodeJS.ErrnoException, hasResult: boolean): void {
    if (this.#outlivesOutput) return;
    // A reader that goes away, as in `spotter scan ... | head`, is not an error.
    if (error.code === 'EPIPE') this.#controller.abort('EPIPE');
    else if (hasResult && !this.signal.aborted) {
      process.exitCode = 3;
      this.report(`cannot write to stdout: ${describeError(error)}`);
      this.#controller.abort('error');
    }
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
    this.report(`internal error: ${error instanceof Error ? error.stack : describeError(error)}`);
    this.#controller.abort('error');
  }
}
