import type { SpotterError } from '../core/errors.js';
import type { SpotterEvent } from '../events/event.js';
import { EventFeed } from '../events/feed.js';
import { EventLines } from './eventLines.js';
import { printError, printJson, printLines, printStyled } from './print.js';
import { ProgressBar } from './progress.js';
import type { ScanOptions } from './scan.js';
import { type ScoreResult, scoreLines } from './score.js';
import { Summary } from './summary.js';
import { formatTime } from './time.js';

/** Prints events and the summary to stdout, and the progress bar to stderr. */
export class ScanOutput {
  readonly feed = new EventFeed();
  readonly #summary = new Summary();
  readonly #bar: ProgressBar;
  readonly #pretty: boolean;
  readonly #explain: boolean;
  readonly #lines: EventLines;
  #file = '';
  #done = 0;
  #total = 0;

  constructor(
    { json, quiet, quietEvents: only = 'all' }: Pick<ScanOptions, 'json' | 'quiet' | 'quietEvents'>,
    explain: boolean,
    shownName: (person: string) => string,
  ) {
    this.#lines = new EventLines({
      only,
      clock: () => 'media',
      visits: 'media',
      shownName,
      write: (lines) => this.#bar.above(() => printStyled(lines)),
    });
    this.#explain = explain;
    this.#pretty = process.stdout.isTTY && !json;
    this.#bar = new ProgressBar('frames', !quiet);
    this.feed.subscribe((event) => this.#print(event));
  }

  begin(file: string, frames: number): void {
    this.#file = file;
    this.#done = 0;
    this.#total = frames;
  }

  report(report: Parameters<Summary['addReport']>[0]): void {
    this.#summary.addReport(report);
    this.#bar.show(++this.#done, this.#total, `${this.#file} ${formatTime(report.mediaTimeMs ?? 0)}`);
  }

  /** Counts frames that were not searched because nothing had moved. */
  addStill(frames: number): void {
    this.#summary.addStill(frames);
    this.#done += frames;
  }

  finish(interrupted: boolean, score: ScoreResult | null): void {
    this.#lines.flush();
    this.#bar.stop();
    if (score && !this.#pretty) printJson(score);
    if (score && this.#pretty) printLines(scoreLines(score));
    if (!this.#pretty) printJson(this.#summary.toJson(interrupted));
    else printLines(this.#summary.toLines(interrupted));
  }

  /** Reports a recording that failed. @returns its exit code */
  fail(error: SpotterError): number {
    this.#lines.flush();
    this.#bar.above(() => printError(error.message));
    return error.exitCode;
  }

  /** Writes something above the progress bar. */
  above(write: () => void): void {
    this.#bar.above(write);
  }

  stop(): void {
    this.#lines.flush();
    this.#bar.stop();
  }

  #print(published: SpotterEvent): void {
    const event = this.#explain ? published : { ...published, explain: null };
    this.#summary.addEvent(event);
    if (this.#pretty) this.#lines.add(event);
    else this.#bar.above(() => printJson(event));
  }
}
