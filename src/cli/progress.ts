import { Presets, SingleBar } from 'cli-progress';

/** A progress bar on stderr, on a terminal only. Lines written through {@link ProgressBar.above} do not tear it. */
export class ProgressBar {
  readonly #bar: SingleBar | null;
  #running = false;

  /** @param what what is counted, such as "frames" */
  constructor(what: string, enabled: boolean) {
    const format = `{bar} {percentage}% | {value}/{total} ${what} | {detail}`;
    const style = { format, stream: process.stderr, clearOnComplete: true, hideCursor: true };
    this.#bar = enabled && process.stderr.isTTY ? new SingleBar(style, Presets.shades_classic) : null;
  }

  /** @param total how many there will be; 0 when nobody knows */
  show(value: number, total: number, detail: string): void {
    if (!this.#bar) return;
    if (!this.#running) this.#bar.start(Math.max(total, value), value, { detail });
    this.#running = true;
    this.#bar.setTotal(Math.max(total, value));
    this.#bar.update(value, { detail });
  }

  /** Writes something else while the bar is there. */
  above(write: () => void): void {
    if (this.#running) process.stderr.write('\r\x1b[2K');
    write();
  }

  stop(): void {
    if (this.#running) this.#bar?.stop();
    this.#running = false;
  }
}
