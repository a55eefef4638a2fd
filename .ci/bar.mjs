// The progress bar of the set-up, which runs before any package is installed.

const WIDTH = 24;

/** One step of the set-up on stderr: a bar on a terminal, a line elsewhere. */
export class Bar {
  #what;
  #isDrawn = process.stderr.isTTY && process.env.TERM !== 'dumb';
  #startMs = performance.now();

  /** @param what the step, such as "installing packages" */
  constructor(what) {
    this.#what = what;
    if (!this.#isDrawn) process.stderr.write(`setup: ${what}\n`);
    else this.show(0, '');
  }

  /** @param share of the step that is done, 0..1. @param detail text behind the step */
  show(share, detail) {
    if (!this.#isDrawn) return;
    const full = Math.round(share * WIDTH);
    const bar = `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${String(Math.round(share * 100)).padStart(3)}%`;
    const line = `${bar}  ${this.#what}${detail && `: ${detail}`}`;
    process.stderr.write(`\r\x1b[2K${line.slice(0, (process.stderr.columns || 80) - 1)}`);
  }

  /** Leaves one line in place of the bar. */
  end() {
    const seconds = Math.round((performance.now() - this.#startMs) / 1000);
    if (this.#isDrawn) process.stderr.write(`\r\x1b[2Ksetup: ${this.#what}: ${seconds} s\n`);
  }
}
