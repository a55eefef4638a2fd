import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { isRecording } from '../config/cameraSchema.js';
import { CONNECTIONS } from '../config/unusedSections.js';
import { SpotterError } from '../core/errors.js';
import { inParallel } from '../core/inParallel.js';
import { maskText } from '../core/secrets.js';
import { Engine } from '../engine/engine.js';
import { EventEnricher } from '../events/eventEnricher.js';
import { shownNameOf } from '../events/notify.js';
import { probeFolder } from '../gallery/folderProbe.js';
import type { Frame } from '../image/cameraFrame.js';
import { prepare } from '../models/prepare.js';
import { upsideDownHint } from '../pipeline/uprightCheck.js';
import type { Track } from '../track/state.js';
import type { FileSource } from '../video/fileSource.js';
import type { VideoInfo } from '../video/info.js';
import type { Rotation } from '../video/rotation.js';
import { AnnotatedCopy } from './annotate.js';
import { cameraIds } from './cameraIds.js';
import type { Context } from './context.js';
import { EditedFilm } from './editedFilm.js';
import type { Shown } from './eventLines.js';
import { galleryNotice } from './galleryNotice.js';
import { marksOf } from './marks.js';
import { type CommonOptions, configOf, loggerOf } from './options.js';
import { ProgressBar } from './progress.js';
import { ScanOutput } from './scanOutput.js';
import { Score } from './score.js';
import { openStdin, STDIN, type StdinRecording } from './stdinRecording.js';
import { readTruth } from './truth.js';

/** Options of `spotter scan`. */
export interface ScanOptions extends CommonOptions {
  /** Process every n-th frame, from 1. */
  every: number;
  /** What to do with frames in which nothing has moved. */
  still: 'search' | 'skip';
  /** Number of the video stream to read; default: the one marked as default, else the largest. */
  stream?: number;
  /** Clockwise; default 0. */
  rotate?: Rotation;
  /** Which events readable lines are for; default: all. */
  quietEvents?: Shown;
  /** JSON on a terminal, too. */
  json?: boolean;
  /** Explain each verdict; default: `events.explain` of the configuration. */
  explain?: boolean;
  /** CSV file of labels. */
  score?: string;
  /** Video file to write. */
  annotate?: string;
  /** Let `annotate` replace an existing file. */
  force?: boolean;
}

/**
 * `spotter scan`: processes every frame of recordings, with repeatable results. Prints events as they are found and a
 * summary at the end.
 *
 * @returns 0, or the exit code of a recording that failed: 2 unreadable or truncated, 3 ffmpeg was killed
 */
export async function scan(context: Context, files: string[], options: ScanOptions): Promise<number> {
  if (files.indexOf(STDIN) !== files.lastIndexOf(STDIN))
    throw new SpotterError('usage', 'stdin can be read only once; give - once');
  const stdin = files.includes(STDIN) ? await openStdin(context.signal) : null;
  try {
    return await scanAll(context, files, stdin, options);
  } finally {
    stdin?.close();
  }
}

async function scanAll(
  { signal }: Context,
  given: string[],
  stdin: StdinRecording | null,
  options: ScanOptions,
): Promise<number> {
  const isStdin = (file: string) => stdin !== null && file === STDIN;
  const files = given.map((file) => (isStdin(file) ? (stdin?.file ?? file) : file));
  const loaded = configOf(options, CONNECTIONS);
  const { config } = loaded;
  const logger = loggerOf(loaded, options);
  const galleryBar = new ProgressBar('photos', !options.quiet);
  const engine = new Engine(config, await prepare(config, options.models), {
    onGalleryProgress: (done, total) => galleryBar.show(done, total, 'reading the gallery'),
    onWarning: (message) => logger.warn(message),
  });
  const live = files.find((file) => !isRecording(file));
  if (live !== undefined)
    throw new SpotterError(
      'usage',
      existsSync(live)
        ? `${maskText(live)} reads like the address of a stream; write ./${maskText(live)} for the recording`
        : `${maskText(live)} is not a file; scan reads recordings, "spotter run" watches streams`,
    );
  const ids = cameraIds(given.map((file) => (isStdin(file) ? 'stdin' : file)));
  const [file] = files;
  if (files.length > 1 && (options.score !== undefined || options.annotate !== undefined))
    throw new SpotterError('usage', '--score and --annotate take one recording at a time; give one file');
  if (stdin?.piped && options.annotate !== undefined)
    throw new SpotterError('usage', '--annotate reads the recording twice; give a file instead of -');
  const skipStill = options.still === 'skip';
  if (skipStill && options.score !== undefined)
    throw new SpotterError('usage', '--score counts every frame; leave out --still skip');
  const score = options.score === undefined ? null : new Score(readTruth(options.score));
  const copy =
    options.annotate === undefined ? null : new AnnotatedCopy(file, options.annotate, options.force ?? false);
  const shownName = (person: string) => shownNameOf(engine.galleryReport().settings, person);
  const film = new EditedFilm();
  const onFrame = ({ image, mediaTimeMs, still }: Frame, tracks: readonly Track[]) => {
    if (still) output.addStill(still.frames);
    if (skipStill) film.add(image, mediaTimeMs);
    score?.addFrame(mediaTimeMs, tracks);
    copy?.add(mediaTimeMs, image, marksOf(tracks, shownName));
  };
  const { every, stream = null, rotate = 0 } = options;
  const onNotice = (message: string) => output.above(() => logger.warn(message));
  const sources = files.map((file, index) =>
    engine.recording(ids[index], file, {
      ...{ every, skipStill, stream, rotate, onNotice, onRemark: onNotice },
      ...(stdin && isStdin(given[index]) && { name: stdin.name, piped: stdin.piped }),
    }),
  );
  // Opens every file before scanning the first: a typo in the last name must not surface hours later.
  const opening = openAll(sources);
  opening.catch(() => {});
  const output = new ScanOutput(options, options.explain ?? config.events.explain, shownName);
  let exitCode = 0;
  try {
    await probeFolder(config.gallery.folder);
    await engine.start(signal);
    galleryBar.stop();
    // Ctrl-C in a terminal ends the ffmpeg processes, too: their failure is not the file's.
    const infos = await opening.catch((error: unknown) => {
      if (signal.aborted) return [];
      throw error;
    });
    const picture = { stream: infos[0]?.stream, rotate };
    if (copy && !signal.aborted && !(await copy.prepare(picture, signal)))
      onNotice(`${options.annotate} will have no sound: its format does not take it; .mkv does`);
    const notice = galleryNotice(engine.gallery, config.gallery.folder);
    if (notice && !signal.aborted) logger.warn(notice);
    for (const [index, source] of sources.entries()) {
      if (signal.aborted) break;
      const frames = Math.ceil((infos[index].frames ?? 0) / every);
      try {
        const { settings } = engine.galleryReport();
        const onUpsideDown = () =>
          onNotice(
            `${ids[index]}: ${upsideDownHint(rotate, (turn) => (turn === 0 ? 'leave out --rotate' : `use --rotate ${turn}`))}`,
          );
        // One per recording: their media clocks are unrelated.
        const enricher = new EventEnricher({
          rules: () => config,
          people: () => settings,
          clock: 'media',
          publish: (draft) => output.feed.publish(draft),
        });
        await scanOne(
          engine,
          source,
          ids[index],
          frames,
          { output, enricher, onFrame, onUpsideDown },
          signal,
        );
        const hint = skipStill ? film.hint(ids[index]) : null;
        if (hint !== null) onNotice(hint);
        if (copy && !signal.aborted) await copy.write(picture, signal);
      } catch (error) {
        // The other files are still scanned.
        if (!(error instanceof SpotterError)) throw error;
        exitCode = Math.max(exitCode, output.fail(error));
      }
    }
    output.finish(signal.aborted, score?.result() ?? null);
  } finally {
    copy?.close();
    galleryBar.stop();
    output.stop();
    await engine.stop();
  }
  return exitCode;
}

/** Receivers of what is found in a recording. */
interface Receivers {
  output: ScanOutput;
  enricher: EventEnricher;
  onFrame: (frame: Frame, tracks: readonly Track[]) => void;
  onUpsideDown: () => void;
}

/** Opens recordings, as many at a time as there are cores: each takes a process. @throws as {@link FileSource.open} */
async function openAll(sources: readonly FileSource[]): Promise<VideoInfo[]> {
  const infos: VideoInfo[] = [];
  await inParallel(sources.entries(), availableParallelism(), async ([index, source]) => {
    infos[index] = await source.open();
  });
  return infos;
}

async function scanOne(
  engine: Engine,
  source: FileSource,
  id: string,
  frames: number,
  { output, enricher, onFrame, onUpsideDown }: Receivers,
  signal: AbortSignal,
): Promise<void> {
  const stop = () => source.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    output.begin(id, frames);
    await engine
      .camera({
        id,
        onFrame,
        onUpsideDown,
        onEvent: (draft) => enricher.publish(draft),
        onReport: (report) => output.report(report),
      })
      .play(source.frames());
  } finally {
    enricher.finish();
    signal.removeEventListener('abort', stop);
  }
}
