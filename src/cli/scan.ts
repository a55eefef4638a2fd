import { isRecording } from '../config/camera.js';
import { maskText } from '../config/mask.js';
import { Engine } from '../engine.js';
import { SpotterError } from '../errors.js';
import { EventFeed } from '../events/feed.js';
import { Telling } from '../events/telling.js';
import { prepare } from '../prepare.js';
import type { SpotterEvent } from '../types.js';
import type { FileSource } from '../video/fileSource.js';
import { cameraIds } from './cameraIds.js';
import type { Context } from './context.js';
import { galleryNotice } from './galleryNotice.js';
import { type CommonOptions, configOf, loggerOf } from './options.js';
import { eventLine, formatTime, printJson } from './print.js';
import { ProgressBar } from './progress.js';
import { Summary } from './summary.js';

export interface ScanOptions extends CommonOptions {
  every: number;
  json?: boolean;
}

/** Recorded footage, lossless and repeatable: events as they are found, a summary at the end. */
export async function scan({ signal }: Context, files: string[], options: ScanOptions): Promise<number> {
  const loaded = configOf(options);
  const { config } = loaded;
  const logger = loggerOf(loaded, options);
  const galleryBar = new ProgressBar('photos', !options.quiet);
  const engine = new Engine(config, await prepare(config, options.models), {
    onGalleryProgress: (done, total) => galleryBar.show(done, total, 'reading the gallery'),
    onWarning: (message) => logger.warn(message),
  });
  const stream = files.find((file) => !isRecording(file));
  if (stream !== undefined)
    throw new SpotterError(
      'usage',
      `${maskText(stream)} is no file; scan reads recordings, "spotter run" watches streams`,
    );
  const ids = cameraIds(files);
  const { every } = options;
  const sources = files.map((file, index) => engine.recording(ids[index], file, { every }));
  // Every file is looked at before the first is scanned: a typo at the end costs no hours.
  const opening = Promise.all(sources.map((source) => source.open()));
  opening.catch(() => {});
  const output = new ScanOutput(options);
  let exitCode = 0;
  try {
    await engine.start(signal);
    galleryBar.stop();
    // A terminal's Ctrl-C reaches the helpers as well: that they died of it is no fault of the file.
    const infos = await opening.catch((error: unknown) => {
      if (signal.aborted) return [];
      throw error;
    });
    const notice = galleryNotice(engine.gallery, config.gallery);
    if (notice && !signal.aborted) logger.warn(notice);
    for (const [index, source] of sources.entries()) {
      if (signal.aborted) break;
      const frames = Math.ceil((infos[index].frames ?? 0) / every);
      try {
        const { settings } = engine.galleryReport();
        // A recording each: their clocks have nothing to do with one another.
        const telling = new Telling({
          rules: () => config,
          people: () => settings,
          clock: 'media',
          publish: (draft) => output.feed.publish(draft),
        });
        await scanOne(engine, source, ids[index], frames, { output, telling }, signal);
      } catch (error) {
        // The other files are worth scanning all the same.
        if (!(error instanceof SpotterError)) throw error;
        exitCode = Math.max(exitCode, output.fail(error));
      }
    }
    output.finish(signal.aborted);
  } finally {
    galleryBar.stop();
    output.stop();
    await engine.stop();
  }
  return exitCode;
}

async function scanOne(
  engine: Engine,
  source: FileSource,
  id: string,
  frames: number,
  { output, telling }: { output: ScanOutput; telling: Telling },
  signal: AbortSignal,
): Promise<void> {
  const stop = () => source.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    output.begin(id, frames);
    await engine
      .camera({
        id,
        onEvent: (draft) => telling.tell(draft),
        onReport: (report) => output.report(report),
      })
      .play(source.frames());
  } finally {
    telling.finish();
    signal.removeEventListener('abort', stop);
  }
}

/** Events on stdout, the bar on stderr, the summary at the end. */
class ScanOutput {
  readonly feed = new EventFeed();
  readonly #summary = new Summary();
  readonly #bar: ProgressBar;
  readonly #pretty: boolean;
  #file = '';
  #done = 0;
  #total = 0;

  constructor({ json, quiet }: ScanOptions) {
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

  finish(interrupted: boolean): void {
    this.#bar.stop();
    if (!this.#pretty) printJson(this.#summary.toJson(interrupted));
    else process.stdout.write(`${this.#summary.toLines(interrupted).join('\n')}\n`);
  }

  /** Says what is wrong with a file. @returns the exit code that goes with it */
  fail(error: SpotterError): number {
    this.#bar.above(() => process.stderr.write(`spotter: ${error.message}\n`));
    return error.exitCode;
  }

  stop(): void {
    this.#bar.stop();
  }

  #print(event: SpotterEvent): void {
    this.#summary.addEvent(event);
    this.#bar.above(() => (this.#pretty ? process.stdout.write(`${eventLine(event)}\n`) : printJson(event)));
  }
}
