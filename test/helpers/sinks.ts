import { onTestFinished, vi } from 'vitest';
import { SinkDriver } from '../../src/events/sinks/driver.js';
import type { Clock, Sink } from '../../src/events/sinks/sink.js';
import { MemoryLog } from './eventLog.js';

/** A clock whose waits end at once and advance its time. */
export class QuickClock implements Clock {
  readonly waits: number[] = [];
  #aheadMs = 0;

  nowMs(): number {
    return Date.now() + this.#aheadMs;
  }

  steadyMs(): number {
    return performance.now() + this.#aheadMs;
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    this.waits.push(ms);
    this.#aheadMs += ms;
    // The far end and the test have their turn, as they would have.
    await new Promise(setImmediate);
    if (signal.aborted) return;
  }
}

export interface Driven {
  driver: SinkDriver;
  log: MemoryLog;
  /** Lines of the log, `warn: ...` or `info: ...`. */
  lines: string[];
  /** What became of events, in order, and retries. */
  outcomes: string[];
}

/** A sink with a driver, started; stops with the test. */
export async function drive(
  sink: Sink,
  options: { log?: MemoryLog; clock?: Clock; mayDeliver?: () => boolean } = {},
): Promise<Driven> {
  const log = options.log ?? new MemoryLog();
  const lines: string[] = [];
  const outcomes: string[] = [];
  const driver = new SinkDriver({
    sink,
    source: log,
    cursors: log,
    deadLetters: log,
    log: { info: (text) => lines.push(`info: ${text}`), warn: (text) => lines.push(`warn: ${text}`) },
    observer: {
      onEvent: (_name, outcome) => outcomes.push(outcome),
      onRetry: () => outcomes.push('retry'),
    },
    ...(options.clock && { clock: options.clock }),
    mayDeliver: options.mayDeliver,
  });
  await driver.start();
  onTestFinished(() => driver.stop());
  return { driver, log, lines, outcomes };
}

/** Waits until something holds. */
export function until(holds: () => boolean, what = ''): Promise<void> {
  return vi.waitFor(
    () => {
      if (!holds()) throw new Error(`still not ${what || holds}`);
    },
    { timeout: 20_000, interval: 5 },
  );
}
