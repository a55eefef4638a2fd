import { setTimeout } from 'node:timers/promises';
import { hasErrno } from '../core/errors.js';

/** What {@link LineWriter} reports. Every callback is optional. */
export interface LineListener {
  /** Called when lines begin to be lost, with the reason. */
  onLost?: (reason: string) => void;
  /** Called when a line was written after `lost` others were lost. */
  onResumed?: (lost: number) => void;
  /** Called once, when the reader has gone for good. */
  onGone?: () => void;
}

/** A stream such as process.stdout. */
type Output = NodeJS.WritableStream & { readonly writableLength: number };

/** Longest wait for a slow reader at the end. */
const DRAIN_MS = 1000;

/**
 * Writes lines to stdout or stderr, and neither blocks nor ends the process: lines are lost while the reader is too far behind
 * or the disk is full, and all of them once the reader has gone. Takes the place of every other handler of the stream's errors.
 */
export class LineWriter {
  readonly #stream: Output;
  readonly #maxUnreadBytes: number;
  readonly #listener: LineListener;
  #lost = 0;
  #isGone = false;

  /** @param maxUnreadBytes a line is lost while more bytes than this wait for the reader */
  constructor(stream: Output, maxUnreadBytes: number, listener: LineListener = {}) {
    this.#stream = stream;
    this.#maxUnreadBytes = maxUnreadBytes;
    this.#listener = listener;
    stream.removeAllListeners('error');
    stream.on('error', (error) => this.#onError(error));
  }

  /** Writes a line, or loses it. @param line with its line break */
  write(line: string): void {
    if (this.#isGone) return;
    if (this.#stream.writableLength > this.#maxUnreadBytes) {
      this.#lose('it is not being read');
      return;
    }
    this.#stream.write(line, (error) => {
      if (!error) this.#resume();
    });
  }

  /** Waits up to a second for the reader. @returns false when it has not read everything, which keeps the process alive */
  async stop(): Promise<boolean> {
    if (this.#isGone || this.#stream.writableLength === 0) return true;
    const isRead = new Promise<boolean>((resolve) => this.#stream.write('', () => resolve(true)));
    const late = new AbortController();
    const isLate = setTimeout(DRAIN_MS, false, { signal: late.signal }).catch(() => false);
    const result = await Promise.race([isRead, isLate]);
    late.abort();
    return result;
  }

  #onError(error: Error): void {
    if (this.#isGone) return;
    if (!hasErrno(error, 'EPIPE', 'ERR_STREAM_DESTROYED')) {
      this.#lose(error.message);
      return;
    }
    this.#isGone = true;
    this.#listener.onGone?.();
  }

  #lose(reason: string): void {
    this.#lost++;
    if (this.#lost === 1) this.#listener.onLost?.(reason);
  }

  #resume(): void {
    const lost = this.#lost;
    this.#lost = 0;
    if (lost > 0) this.#listener.onResumed?.(lost);
  }
}
