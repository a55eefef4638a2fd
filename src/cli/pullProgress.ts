import type { TransferProgress } from '../models/download.js';
import { printError, printToStderr } from './print.js';
import { ProgressBar } from './progress.js';
import { TransferRate } from './transferRate.js';

/** How often a line is written where no bar can be drawn, ms. */
const LINE_MS = 5000;
/** How often the bar is drawn, ms. */
const DRAW_MS = 100;

/** Shows on stderr how far a download has come: a bar on a terminal, a line now and then elsewhere. */
export class PullProgress {
  readonly #isQuiet: boolean;
  readonly #bar: ProgressBar;
  #file: string | null = null;
  #rate = new TransferRate();
  #shownAtMs = 0;

  constructor(isQuiet: boolean) {
    this.#isQuiet = isQuiet;
    this.#bar = new ProgressBar(null, !isQuiet);
  }

  /** Takes the progress of a file. */
  show(file: string, progress: TransferProgress): void {
    const now = performance.now();
    if (file !== this.#file) {
      this.#file = file;
      this.#rate = new TransferRate();
      this.#shownAtMs = now;
    }
    this.#rate.add(progress, now);
    const isDone = progress.bytes === progress.total;
    if (now - this.#shownAtMs < (this.#bar.isShown ? DRAW_MS : LINE_MS) && !isDone) return;
    this.#shownAtMs = now;
    const text = `${file} ${this.#rate.describe(progress, now)}`;
    if (this.#bar.isShown) this.#bar.show(progress.bytes, progress.total ?? 0, text);
    else if (!this.#isQuiet && !isDone) printToStderr(text);
  }

  /** Writes a sentence without disturbing the bar. */
  note(sentence: string): void {
    this.#bar.above(() => printError(sentence));
  }

  /** Removes the bar. */
  stop(): void {
    this.#bar.stop();
  }
}
