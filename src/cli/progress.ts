import { createRequire } from 'node:module';
import type { SingleBar } from 'cli-progress';
import { canRedraw } from '../core/terminal.js';
import { visible } from '../core/visible.js';

/** A progress bar on stderr, on a terminal that can draw a line again. Write other output through {@link ProgressBar.above}. */
export class ProgressBar {
  readonly #bar: SingleBar | null;
  #running = false;

  /** @param what the unit, such as "frames"; null: the detail has the numbers. @param enabled false: shows nothing */
  constructor(what: string | null, enabled: boolean) {
    this.#bar = enabled && canRedraw(process.stderr) ? makeBar(what) : null;
  }

  /** Whether there is one: false where it is switched off, and where no line can be drawn again. */
  get isShown(): boolean {
    return this.#bar !== null;
  }

  /** @param total 0 if unknown. @param detail text behind the bar */
  show(value: number, total: number, detail: string): void {
    if (!this.#bar) return;
    const payload = { detail: visible(detail) };
    if (!this.#running) this.#bar.start(Math.max(total, value), value, payload);
    this.#running = true;
    this.#bar.setTotal(Math.max(total, value));
    this.#bar.update(value, payload);
  }

  /** Clears the bar's line before other output is written. */
  above(write: () => void): void {
    if (this.#running) process.stderr.write('\r\x1b[2K');
    write();
  }

  /** Removes the bar; the next `show` brings it back. */
  stop(): void {
    if (this.#running) this.#bar?.stop();
    this.#running = false;
  }
}

function makeBar(what: string | null): SingleBar {
  // Loaded only when used: most commands are quick, or write to no terminal.
  const { Presets, SingleBar } = createRequire(import.meta.url)(
    'cli-progress',
  ) as typeof import('cli-progress');
  const numbers = what === null ? '' : `{value}/{total} ${what} | `;
  const format = `{bar} {percentage}% | ${numbers}{detail}`;
  const style = { format, stream: process.stderr, clearOnComplete: true, hideCursor: true };
  return new SingleBar(style, Presets.shades_classic);
}
